using System.Text;
using System.Text.Json;
using Nfqlb.Cli.Hosting;
using Nfqlb.Flows;
using Nfqlb.Fragments;
using Nfqlb.Maglev;
using Nfqlb.Packets;

namespace Nfqlb.Cli.Control;

/// <summary>What became of all packets so far, as JSON.</summary>
/// <param name="workers">The workers, each with its queue.</param>
/// <param name="flows">The flows, which know the pools.</param>
internal sealed class CounterListing(IReadOnlyList<Worker> workers, FlowTable flows)
{
    private static readonly JsonWriterOptions Indented = new() { Indented = true };

    /// <summary>The counters as they stand, in one piece.</summary>
    public override string ToString()
    {
        using var bytes = new MemoryStream();
        using (var json = new Utf8JsonWriter(bytes, Indented))
        {
            json.WriteStartObject();
            WriteQueues(json);
            json.WriteNumber("balanced", Sum(counters => counters.Balanced));
            json.WriteNumber("no_flow", Sum(counters => counters.WithoutFlow));
            json.WriteNumber("no_target", Sum(counters => counters.WithoutTarget));
            WriteFragments(json);
            WriteUnparsable(json);
            WriteTargets(json);
            json.WriteEndObject();
        }
        return Encoding.UTF8.GetString(bytes.ToArray()) + '\n';
    }

    private void WriteQueues(Utf8JsonWriter json)
    {
        json.WriteStartArray("queues");
        foreach (var (queue, loop, _) in workers)
        {
            var statistics = queue.ReadStatistics();
            json.WriteStartObject();
            json.WriteNumber("queue", queue.Number.Value);
            json.WriteNumber("packets", loop.Counters.Packets);
            json.WriteNumber("bytes", loop.Counters.Bytes);
            json.WriteNumber("batches", loop.Counters.Batches);
            json.WriteNumber("accepted", loop.Counters.Accepted);
            json.WriteNumber("dropped", loop.Counters.Dropped);
            json.WriteNumber("refused_verdicts", statistics.VerdictErrors);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    private void WriteFragments(Utf8JsonWriter json)
    {
        json.WriteStartObject("fragments");
        foreach (var outcome in Enum.GetValues<FragmentOutcome>())
        {
            json.WriteNumber(KeyOf(outcome), Sum(c => c.Fragments(outcome)));
        }
        json.WriteEndObject();
    }

    private void WriteUnparsable(Utf8JsonWriter json)
    {
        json.WriteStartObject("unparsable");
        foreach (var reason in Enum.GetValues<Unparsable>().Where(reason => reason != Unparsable.None))
        {
            json.WriteNumber(KeyOf(reason), Sum(c => c.Unparsable(reason)));
        }
        json.WriteEndObject();
    }

    private static string KeyOf(Enum value) => JsonNamingPolicy.SnakeCaseLower.ConvertName($"{value}");

    private void WriteTargets(Utf8JsonWriter json)
    {
        json.WriteStartArray("targets");
        foreach (var pool in flows.Pools().OrderBy(pool => pool.Name.Text, StringComparer.Ordinal))
        {
            WriteTargets(json, pool);
        }
        json.WriteEndArray();
    }

    private static void WriteTargets(Utf8JsonWriter json, TargetPool pool)
    {
        var marks = new int[pool.Segment.Size.Slots];
        pool.Segment.Read(marks, []);
        for (int slot = 0; slot < marks.Length; slot++)
        {
            long packets = pool.PacketsOf(slot);
            if (marks[slot] >= 0 || packets > 0)
            {
                json.WriteStartObject();
                json.WriteString("pool", pool.Name.Text);
                json.WriteNumber("slot", slot);
                json.WriteNumber("fwmark", marks[slot]);
                json.WriteNumber("packets", packets);
                json.WriteEndObject();
            }
        }
    }

    private long Sum(Func<ClassifierCounters, long> counter) =>
        workers.Sum(worker => counter(worker.Classifier.Counters));
}

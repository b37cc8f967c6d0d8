using System.Text.Json;
using Nfqlb.Control;
using Nfqlb.Daemon.FastPath;
using Nfqlb.Daemon.Flows;
using Nfqlb.Daemon.Workers;
using Nfqlb.Flows;
using Nfqlb.Fragments;
using Nfqlb.Packets;

namespace Nfqlb.Daemon.Control;

/// <summary>What became of all packets so far, as JSON.</summary>
/// <param name="path">Has counted them.</param>
internal sealed class CounterListing(DataPath path)
{
    /// <summary>Connections that stay with their targets.</summary>
    public DrainListing Drains { get; } = new(path.Flows, path.Connections);

    /// <summary>Brings what was counted in the kernel to the counts of flows and targets.</summary>
    public void Gather() => path.FastPath?.Current?.Gather();

    /// <summary>The counters as they stand, in one piece.</summary>
    public override string ToString() => JsonText.Of(Write) + '\n';

    /// <summary>The same as part of a larger text.</summary>
    public void Write(Utf8JsonWriter json)
    {
        Gather();
        json.WriteStartObject();
        WriteQueues(json);
        WriteFastPath(json);
        json.WriteNumber(
            "balanced",
            Sum(counters => counters.Balanced) + (path.FastPath?.Balanced ?? 0));
        json.WriteNumber("no_flow", Sum(counters => counters.WithoutFlow));
        json.WriteNumber("no_target", Sum(counters => counters.WithoutTarget));
        WriteFragments(json);
        WriteUnparsable(json);
        Drains.Write(json, Sum(counters => counters.Kept));
        WriteTargets(json);
        json.WriteEndObject();
    }

    private void WriteQueues(Utf8JsonWriter json)
    {
        json.WriteStartArray("queues");
        foreach (var (queue, loop, _) in path.Workers)
        {
            var statistics = queue.ReadStatistics();
            json.WriteStartObject();
            json.WriteNumber("queue", queue.Number.Value);
            json.WriteNumber("packets", loop.Counters.Packets);
            json.WriteNumber("gso_packets", loop.Counters.SuperPackets);
            json.WriteNumber("bytes", loop.Counters.Bytes);
            json.WriteNumber("batches", loop.Counters.Batches);
            json.WriteNumber("accepted", loop.Counters.Accepted);
            json.WriteNumber("dropped", loop.Counters.Dropped);
            json.WriteNumber("refused_verdicts", statistics.VerdictErrors);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    private void WriteFastPath(Utf8JsonWriter json)
    {
        if (path.FastPath?.Current is not { } kernel)
        {
            return;
        }
        json.WriteStartObject("fast_path");
        json.WriteString("state", kernel.State);
        json.WriteString("exit", kernel.Settings.Redirects ? "redirect" : "route");
        json.WriteStartArray("other_vips");
        foreach (var vip in kernel.Settings.Vips)
        {
            json.WriteStringValue(vip.ToPlainString());
        }
        json.WriteEndArray();
        json.WriteStartArray("links");
        foreach (var link in kernel.Links)
        {
            json.WriteStartObject();
            json.WriteString("link", link.Name);
            json.WriteString("state", link.State);
            if (link.InFront is { } other)
            {
                json.WriteNumber("program_in_front", other.Id);
                json.WriteNumber("tcx_link_in_front", other.TcxLink);
                json.WriteNumber("filter_in_front", other.Filter);
            }
            foreach (var (number, outcome) in FastPathOutcomes.Names.Index())
            {
                json.WriteNumber(outcome, kernel.PacketsOf(link.Place, number));
            }
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private void WriteFragments(Utf8JsonWriter json)
    {
        json.WriteStartObject("fragments");
        foreach (var outcome in Enum.GetValues<FragmentOutcome>())
        {
            json.WriteNumber(KeyOf(outcome), Sum(c => c.Fragments(outcome)));
        }
        var statistics = path.Fragments.ReadStatistics();
        json.WriteNumber("returned", Sum(counters => counters.Returned));
        json.WriteNumber("displaced", statistics.Displaced);
        json.WriteNumber("reinjected", statistics.Reinjected);
        json.WriteNumber("not_reinjected", statistics.NotReinjected);
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
        foreach (var reading in PoolReading.All(path.Flows))
        {
            WriteTargets(json, reading);
        }
        json.WriteEndArray();
    }

    private static void WriteTargets(Utf8JsonWriter json, PoolReading reading)
    {
        foreach (int slot in reading.SlotsInUse)
        {
            json.WriteStartObject();
            json.WriteString("pool", reading.Pool.Name.Text);
            json.WriteNumber("slot", slot);
            json.WriteNumber("fwmark", reading.Marks[slot]);
            json.WriteNumber("packets", reading.Pool.PacketsOf(slot));
            json.WriteNumber("bytes", reading.Pool.BytesOf(slot));
            json.WriteEndObject();
        }
    }

    private long Sum(Func<ClassifierCounters, long> counter) =>
        path.Workers.Sum(worker => counter(worker.Classifier.Counters));
}

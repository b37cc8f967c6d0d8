using System.Text.Json;
using Nfqlb.Daemon.FastPath;
using Nfqlb.Daemon.Workers;
using Nfqlb.Fragments;
using Nfqlb.Packets;

namespace Nfqlb.Daemon.Metrics;

/// <summary>What became of packets, whichever queue they came by.</summary>
internal static class PacketMetrics
{
    /// <summary>All families.</summary>
    /// <param name="workers">Those that have decided.</param>
    /// <param name="fastPath">Has decided in the kernel; null for nobody.</param>
    public static IEnumerable<MetricFamily> Of(IReadOnlyList<Worker> workers, FastPathService? fastPath) =>
    [
        MetricFamily.Counter(
            "nfqlb_balanced_packets_total", "Packets given to a target; of a fragmented one, its first fragment.",
            samples => samples.Add(
                Sum(workers, counters => counters.Balanced) + (fastPath?.Balanced ?? 0))),
        MetricFamily.Counter(
            "nfqlb_no_flow_packets_total", "Packets that no flow accepted.",
            samples => samples.Add(Sum(workers, counters => counters.WithoutFlow))),
        MetricFamily.Counter(
            "nfqlb_no_target_packets_total", "Packets whose flow leads to a pool without targets.",
            samples => samples.Add(Sum(workers, counters => counters.WithoutTarget))),
        MetricFamily.Counter(
            "nfqlb_unparsable_packets_total", "Packets dropped because they could not be parsed, by reason.",
            samples => Unparsable(samples, workers)),
        MetricFamily.Counter(
            "nfqlb_fragments_total", "Fragments, by what became of them.", samples => Fragments(samples, workers)),
        MetricFamily.Counter(
            "nfqlb_returned_fragments_total", "Fragments that other balancers of the tier sent back: they stayed here.",
            samples => samples.Add(Sum(workers, counters => counters.Returned))),
    ];

    private static void Unparsable(MetricSamples samples, IReadOnlyList<Worker> workers)
    {
        foreach (var reason in Enum.GetValues<Unparsable>())
        {
            if (reason != Packets.Unparsable.None)
            {
                samples.Add(
                    Sum(workers, counters => counters.Unparsable(reason)), new Label("reason", WordFor(reason)));
            }
        }
    }

    private static void Fragments(MetricSamples samples, IReadOnlyList<Worker> workers)
    {
        foreach (var outcome in Enum.GetValues<FragmentOutcome>())
        {
            samples.Add(Sum(workers, counters => counters.Fragments(outcome)), new Label("outcome", WordFor(outcome)));
        }
    }

    /// <summary>The same words as in `nfqlb counters`.</summary>
    private static string WordFor(Enum value) => JsonNamingPolicy.SnakeCaseLower.ConvertName($"{value}");

    private static long Sum(IReadOnlyList<Worker> workers, Func<ClassifierCounters, long> counter)
    {
        long sum = 0;
        foreach (var worker in workers)
        {
            sum += counter(worker.Classifier.Counters);
        }
        return sum;
    }
}

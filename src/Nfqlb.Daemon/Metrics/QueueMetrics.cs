using System.Globalization;
using Nfqlb.Daemon.Health;
using Nfqlb.Daemon.Workers;
using Nfqlb.Linux.Queue;

namespace Nfqlb.Daemon.Metrics;

/// <summary>What a queue has been given, and what became of it.</summary>
internal static class QueueMetrics
{
    /// <summary>All families, of the queues as they stand.</summary>
    /// <param name="workers">A worker a queue.</param>
    /// <param name="health">Watches them.</param>
    public static IEnumerable<MetricFamily> Of(IReadOnlyList<Worker> workers, HealthWatch health)
    {
        var kernel = KernelQueue.TryReadAll();
        return
        [
            MetricFamily.Counter(
                "nfqlb_queue_received_packets_total", "Packets that a worker has taken from its queue.",
                OfEach(workers, worker => worker.Loop.Counters.Received)),
            MetricFamily.Counter(
                "nfqlb_queue_answered_bytes_total",
                "Bytes of answered packets, from their IP headers on, also those that were not copied.",
                OfEach(workers, worker => worker.Loop.Counters.Bytes)),
            MetricFamily.Counter(
                "nfqlb_queue_gso_packets_total",
                "Answered packets that are several of the wire in one (GRO, GSO); each counts once everywhere.",
                OfEach(workers, worker => worker.Loop.Counters.SuperPackets)),
            MetricFamily.Counter(
                "nfqlb_queue_verdicts_total", "Packets of a queue that the kernel got a verdict for, by verdict.",
                samples => Verdicts(samples, workers)),
            new MetricFamily(
                "nfqlb_queue_batch_packets", MetricType.Histogram,
                "Packets of a queue that were taken and answered in one batch.",
                samples => Batches(samples, workers)),
            MetricFamily.Counter(
                "nfqlb_queue_dropped_packets_total",
                "Packets that the kernel dropped because the queue or its socket was full.",
                samples => Dropped(samples, workers, kernel)),
            MetricFamily.Gauge(
                "nfqlb_queue_backlog_packets", "Packets of a queue that wait in the kernel for their verdict.",
                samples => Backlog(samples, workers, kernel)),
            MetricFamily.Counter(
                "nfqlb_queue_overruns_total", "Packets lost because the queue's socket had no room for them.",
                OfEach(workers, worker => worker.Queue.ReadStatistics().Overruns)),
            MetricFamily.Counter(
                "nfqlb_queue_refused_verdicts_total", "Packets whose verdicts the kernel refused.",
                OfEach(workers, worker => worker.Queue.ReadStatistics().VerdictErrors)),
            MetricFamily.Counter(
                "nfqlb_queue_bad_messages_total", "Messages of the kernel that were no packets, or were cut.",
                OfEach(workers, BadMessages)),
            MetricFamily.Gauge(
                "nfqlb_queue_stuck", "1 while packets wait in a queue and none is answered, else 0.",
                OfEach(workers, worker => health.IsStuck(worker.Queue.Number) ? 1 : 0)),
        ];
    }

    private static Action<MetricSamples> OfEach(IReadOnlyList<Worker> workers, Func<Worker, long> value) => samples =>
    {
        foreach (var worker in workers)
        {
            samples.Add(value(worker), LabelOf(worker));
        }
    };

    private static void Verdicts(MetricSamples samples, IReadOnlyList<Worker> workers)
    {
        foreach (var worker in workers)
        {
            samples.Add(worker.Loop.Counters.Accepted, LabelOf(worker), new Label("verdict", "accept"));
            samples.Add(worker.Loop.Counters.Dropped, LabelOf(worker), new Label("verdict", "drop"));
        }
    }

    /// <summary>Classes by powers of two, up to the largest batch that a queue takes.</summary>
    private static void Batches(MetricSamples samples, IReadOnlyList<Worker> workers)
    {
        foreach (var worker in workers)
        {
            int classes = 1;
            for (int size = 1; size < worker.Queue.Options.BatchCapacityPackets; size *= 2)
            {
                classes++;
            }
            long[] counts = new long[classes];
            long[] bounds = new long[classes];
            for (int i = 0; i < classes; i++)
            {
                (counts[i], bounds[i]) = (worker.Loop.Counters.BatchesOfSize(i), 1L << i);
            }
            samples.AddHistogram(counts, bounds, worker.Loop.Counters.Packets, LabelOf(worker));
        }
    }

    private static void Dropped(
        MetricSamples samples, IReadOnlyList<Worker> workers, IReadOnlyList<KernelQueue>? kernel)
    {
        foreach (var worker in workers)
        {
            if (Find(kernel, worker) is { } queue)
            {
                samples.Add(queue.DroppedQueueFull, LabelOf(worker), new Label("reason", "queue_full"));
                samples.Add(queue.DroppedSocketFull, LabelOf(worker), new Label("reason", "socket_full"));
            }
        }
    }

    private static void Backlog(
        MetricSamples samples, IReadOnlyList<Worker> workers, IReadOnlyList<KernelQueue>? kernel)
    {
        foreach (var worker in workers)
        {
            if (Find(kernel, worker) is { } queue)
            {
                samples.Add(queue.WaitingPackets, LabelOf(worker));
            }
        }
    }

    private static long BadMessages(Worker worker)
    {
        var statistics = worker.Queue.ReadStatistics();
        return statistics.SkippedMessages + statistics.TruncatedMessages;
    }

    private static KernelQueue? Find(IReadOnlyList<KernelQueue>? kernel, Worker worker)
    {
        for (int i = 0; i < kernel?.Count; i++)
        {
            if (kernel[i].Number == worker.Queue.Number)
            {
                return kernel[i];
            }
        }
        return null;
    }

    private static Label LabelOf(Worker worker) =>
        new("queue", worker.Queue.Number.Value.ToString(CultureInfo.InvariantCulture));
}

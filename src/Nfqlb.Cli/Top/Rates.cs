namespace Nfqlb.Cli.Top;

/// <summary>What happened between two looks.</summary>
/// <param name="Seconds">The time between them.</param>
/// <param name="Packets">Taken from all queues.</param>
/// <param name="Balanced">Given to a target.</param>
/// <param name="NoFlow">No flow accepted them.</param>
/// <param name="NoTarget">Their pool had no target.</param>
/// <param name="Unparsable">For whatever reason.</param>
/// <param name="Queues">By number.</param>
/// <param name="Targets">The busiest first.</param>
/// <param name="Flows">The busiest first.</param>
internal sealed record Rates(
    double Seconds,
    Counted Packets,
    Counted Balanced,
    Counted NoFlow,
    Counted NoTarget,
    Counted Unparsable,
    IReadOnlyList<QueueRate> Queues,
    IReadOnlyList<TargetRate> Targets,
    IReadOnlyList<FlowRate> Flows)
{
    private const double NanosecondsPerSecond = 1e9;

    /// <summary>Connections that stay while tables change, at the second look; null while no pool drains.</summary>
    public DrainLook? Drain { get; init; }

    /// <summary>The difference of two looks.</summary>
    /// <param name="before">The first.</param>
    /// <param name="after">The second, which was later.</param>
    public static Rates Between(Look before, Look after)
    {
        double seconds = (after.Nanoseconds - before.Nanoseconds) / NanosecondsPerSecond;
        var (first, second) = (before.Outcomes, after.Outcomes);
        var queues = QueuesBetween(before, after, seconds);
        return new Rates(
            seconds,
            SumOf(queues),
            Counted.Between(first.Balanced, second.Balanced, seconds),
            Counted.Between(first.NoFlow, second.NoFlow, seconds),
            Counted.Between(first.NoTarget, second.NoTarget, seconds),
            Counted.Between(first.Unparsable, second.Unparsable, seconds),
            queues,
            TargetsBetween(before, after, seconds),
            FlowsBetween(before, after, seconds))
        {
            Drain = after.Drain,
        };
    }

    private static Counted SumOf(QueueRate[] queues)
    {
        var sum = default(Counted);
        foreach (var queue in queues)
        {
            sum = new Counted(sum.Total + queue.Packets.Total, sum.PerSecond + queue.Packets.PerSecond);
        }
        return sum;
    }

    private static QueueRate[] QueuesBetween(Look before, Look after, double seconds)
    {
        var earlier = new Dictionary<int, QueueLook>();
        foreach (var queue in before.Queues)
        {
            earlier[queue.Number] = queue;
        }
        var rates = new List<QueueRate>();
        foreach (var queue in after.Queues)
        {
            rates.Add(QueueRate.Between(earlier.GetValueOrDefault(queue.Number), queue, seconds));
        }
        return [.. rates];
    }

    private static TargetRate[] TargetsBetween(Look before, Look after, double seconds)
    {
        var earlier = new Dictionary<string, long>();
        foreach (var target in before.Targets)
        {
            earlier[KeyOf(target)] = target.Packets;
        }
        var rates = new List<TargetRate>();
        var ofPools = new Dictionary<string, double>();
        foreach (var target in after.Targets)
        {
            var packets = Counted.Between(earlier.GetValueOrDefault(KeyOf(target)), target.Packets, seconds);
            rates.Add(new TargetRate(target, packets, Share: null));
            ofPools[target.Pool] = ofPools.GetValueOrDefault(target.Pool) + packets.PerSecond;
        }
        for (int i = 0; i < rates.Count; i++)
        {
            double ofPool = ofPools[rates[i].Target.Pool];
            rates[i] = rates[i] with { Share = ofPool > 0 ? rates[i].Packets.PerSecond / ofPool : null };
        }
        rates.Sort(TargetRate.BusiestFirst);
        return [.. rates];
    }

    private static FlowRate[] FlowsBetween(Look before, Look after, double seconds)
    {
        var earlier = new Dictionary<string, long>();
        foreach (var flow in before.Flows)
        {
            earlier[flow.Name] = flow.Packets;
        }
        var rates = new List<FlowRate>();
        foreach (var flow in after.Flows)
        {
            var packets = Counted.Between(earlier.GetValueOrDefault(flow.Name), flow.Packets, seconds);
            rates.Add(new FlowRate(flow, packets));
        }
        rates.Sort(FlowRate.BusiestFirst);
        return [.. rates];
    }

    private static string KeyOf(TargetLook target) => $"{target.Pool}/{target.Slot}";
}

using Nfqlb.Planning.Objects;

namespace Nfqlb.Cli.Top;

/// <summary>What the running balancer and the kernel had counted at one moment.</summary>
/// <param name="Nanoseconds">When, by a clock that only goes forward.</param>
/// <param name="Outcomes">What became of the packets.</param>
/// <param name="Queues">By number.</param>
/// <param name="Targets">In the balancer's order.</param>
/// <param name="Flows">In the balancer's order.</param>
internal sealed record Look(
    long Nanoseconds,
    OutcomeLook Outcomes,
    IReadOnlyList<QueueLook> Queues,
    IReadOnlyList<TargetLook> Targets,
    IReadOnlyList<FlowLook> Flows)
{
    /// <summary>Connections that stay while tables change; null while no pool drains.</summary>
    public DrainLook? Drain { get; init; }
}

/// <summary>Connections that stay with their targets while tables change.</summary>
/// <param name="Pools">Those that drain.</param>
/// <param name="Connections">That are remembered now, of all pools.</param>
/// <param name="Evicted">That were forgotten for want of room, since the balancer started.</param>
internal sealed record DrainLook(IReadOnlyList<DrainingPoolLook> Pools, long Connections, long Evicted);

/// <summary>A pool that drains.</summary>
/// <param name="Pool">Its name.</param>
/// <param name="Entries">How many of its entries do.</param>
/// <param name="Of">M.</param>
/// <param name="SecondsLeft">Until the last one has.</param>
internal sealed record DrainingPoolLook(string Pool, int Entries, int Of, double SecondsLeft);

/// <summary>Packets by what became of them, since the balancer started.</summary>
/// <param name="Balanced">Given to a target.</param>
/// <param name="NoFlow">No flow accepted them.</param>
/// <param name="NoTarget">Their pool had no target.</param>
/// <param name="Unparsable">For whatever reason.</param>
internal sealed record OutcomeLook(long Balanced, long NoFlow, long NoTarget, long Unparsable);

/// <summary>A queue that the balancer reads.</summary>
/// <param name="Number">Which.</param>
/// <param name="Packets">Packets that it took, since it started.</param>
/// <param name="Dropped">Of these, those that its verdict dropped.</param>
/// <param name="Kernel">What the kernel counts; null where this user may not see it.</param>
internal sealed record QueueLook(int Number, long Packets, long Dropped, KernelLook? Kernel);

/// <summary>What the kernel counts of a queue.</summary>
/// <param name="Backlog">Packets that wait for a verdict now.</param>
/// <param name="QueueFull">Packets dropped since the bind because the queue was at its length.</param>
/// <param name="SocketFull">Packets dropped since the bind because the reader's socket was full.</param>
internal sealed record KernelLook(long Backlog, long QueueFull, long SocketFull);

/// <summary>A slot of a pool.</summary>
/// <param name="Pool">The pool's name.</param>
/// <param name="Slot">From 0 on.</param>
/// <param name="Mark">The mark in it; -1 when it is empty by now.</param>
/// <param name="Name">As `target-set` or a file names it; null where nobody did.</param>
/// <param name="Packets">Packets that the slot was given.</param>
/// <param name="Share">Its part of the table's entries, 0 to 1; null where the pool may not be read from here.</param>
internal sealed record TargetLook(string Pool, int Slot, int Mark, string? Name, long Packets, double? Share)
{
    /// <summary>What checks have found; null where it is not checked.</summary>
    public TargetVerdict? Verdict { get; init; }
}

/// <summary>A flow.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Pool">The pool that it leads to.</param>
/// <param name="Packets">Packets that it accepted.</param>
internal sealed record FlowLook(string Name, string Pool, long Packets);

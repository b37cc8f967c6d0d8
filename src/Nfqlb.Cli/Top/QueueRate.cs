namespace Nfqlb.Cli.Top;

/// <summary>What happened to a queue between two looks.</summary>
/// <param name="Number">Which.</param>
/// <param name="Packets">Packets that the balancer took.</param>
/// <param name="Dropped">Of these, those that its verdict dropped.</param>
/// <param name="Backlog">Packets that waited at the second look; null where this user may not see it.</param>
/// <param name="QueueFull">Dropped by the kernel because the queue was at its length; null likewise.</param>
/// <param name="SocketFull">Dropped by the kernel because the reader's socket was full; null likewise.</param>
internal sealed record QueueRate(
    int Number, Counted Packets, Counted Dropped, long? Backlog, Counted? QueueFull, Counted? SocketFull)
{
    /// <summary>The difference of two looks.</summary>
    /// <param name="before">Null when it was not read then.</param>
    /// <param name="after">The second look.</param>
    /// <param name="seconds">Between the looks.</param>
    public static QueueRate Between(QueueLook? before, QueueLook after, double seconds)
    {
        Counted? Drops(Func<KernelLook, long> counter) => after.Kernel is { } now
            ? Counted.Between(before?.Kernel is { } then ? counter(then) : 0, counter(now), seconds)
            : null;
        return new QueueRate(
            after.Number,
            Counted.Between(before?.Packets ?? 0, after.Packets, seconds),
            Counted.Between(before?.Dropped ?? 0, after.Dropped, seconds),
            after.Kernel?.Backlog,
            Drops(kernel => kernel.QueueFull),
            Drops(kernel => kernel.SocketFull));
    }
}

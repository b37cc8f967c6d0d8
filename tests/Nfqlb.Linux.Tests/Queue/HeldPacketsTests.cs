using Nfqlb.Linux.Queue;
using Nfqlb.Linux.Tests.Support;

namespace Nfqlb.Linux.Tests.Queue;

/// <summary>Packets that the kernel holds and nobody will answer, as their reader is gone.</summary>
public sealed class HeldPacketsTests
{
    /// <summary>The kernel's side of it: why something has to be done.</summary>
    [KernelFact]
    public void A_batch_verdict_decides_also_what_another_reader_has_left() => NetworkNamespace.Run(() =>
    {
        using var loopback = new QueuedLoopback();
        using var queue = QueuedLoopback.Open();
        loopback.Send(1, 2, 3);
        Assert.Equal(3, QueuedLoopback.Take(queue).Length);
        loopback.Send(4, 5);

        QueuedLoopback.Accept(queue, QueuedLoopback.Take(queue));

        Assert.Equal([1, 2, 3, 4, 5], loopback.Arrived());
    });

    [KernelFact]
    public void What_was_left_comes_anew_behind_what_waits() => NetworkNamespace.Run(() =>
    {
        using var loopback = new QueuedLoopback();
        using var queue = QueuedLoopback.Open();
        loopback.Send(1, 2, 3);
        Assert.Equal(3, QueuedLoopback.Take(queue).Length);
        loopback.Send(4, 5);

        queue.Recall();

        (byte Byte, uint Id)[] again = QueuedLoopback.Take(queue);
        Assert.Equal([(4, 4), (5, 5), (1, 6), (2, 7), (3, 8)], again);
        QueuedLoopback.Accept(queue, again[..2]);
        Assert.Equal([4, 5], loopback.Arrived());
        QueuedLoopback.Accept(queue, again[2..]);
        Assert.Equal([1, 2, 3], loopback.Arrived());
        Assert.Equal(default, queue.ReadStatistics());
    });

    [KernelFact]
    public void What_was_left_comes_anew_where_nothing_waits() => NetworkNamespace.Run(() =>
    {
        using var loopback = new QueuedLoopback();
        using var queue = QueuedLoopback.Open();
        loopback.Send(1, 2, 3);
        (byte Byte, uint Id)[] first = QueuedLoopback.Take(queue);
        QueuedLoopback.Accept(queue, first[1]);

        queue.Recall();

        (byte Byte, uint Id)[] again = QueuedLoopback.Take(queue);
        Assert.Equal([(1, 4), (3, 5)], again);
        QueuedLoopback.Accept(queue, again);
        Assert.Equal([2, 1, 3], loopback.Arrived());
    });

    /// <summary>Between the look at what waits and the recall more may come: it must not come twice.</summary>
    [KernelFact]
    public void What_came_behind_the_newest_is_left_alone() => NetworkNamespace.Run(() =>
    {
        using var loopback = new QueuedLoopback();
        using var queue = QueuedLoopback.Open();
        loopback.Send(1, 2, 3);
        (byte Byte, uint Id)[] first = QueuedLoopback.Take(queue);

        queue.Recall(newest: first[1].Id);

        QueuedLoopback.Accept(queue, first[2]);
        Assert.Equal([3], loopback.Arrived());
        (byte Byte, uint Id)[] again = QueuedLoopback.Take(queue);
        Assert.Equal([(1, 4), (2, 5)], again);
        QueuedLoopback.Accept(queue, again);
        Assert.Equal([1, 2], loopback.Arrived());
        Assert.Equal(default, queue.ReadStatistics());
    });

    [KernelFact]
    public void Where_nothing_was_left_nothing_happens() => NetworkNamespace.Run(() =>
    {
        using var loopback = new QueuedLoopback();
        using var queue = QueuedLoopback.Open();
        queue.Recall();
        loopback.Send(1);
        queue.Recall();

        QueuedLoopback.Accept(queue, QueuedLoopback.Take(queue));

        Assert.Equal([1], loopback.Arrived());
        Assert.Equal(default, queue.ReadStatistics());
    });
}

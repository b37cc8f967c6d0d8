using System.Net.Sockets;
using System.Runtime.InteropServices;
using Nfqlb.Linux.Interop;
using Nfqlb.Linux.Queue;
using Nfqlb.Linux.Tests.Support;

namespace Nfqlb.Linux.Tests.Queue;

/// <summary>Verdicts that the kernel does not take: of one packet, or all of a process's.</summary>
public sealed partial class RefusedVerdictsTests
{
    [KernelFact]
    public void A_loop_whose_verdicts_are_all_refused_fails_and_counts_none_as_accepted() => NetworkNamespace.Run(() =>
    {
        using var loopback = new QueuedLoopback();
        using var queue = QueuedLoopback.Open();
        var loop = new QueueLoop(queue, Classifiers.AcceptsAll());
        loopback.Send(1, 2, 3);
        Capability.DropAll();

        var error = Assert.Throws<QueueRefusedException>(loop.Run);

        Assert.Equal("the kernel refuses verdicts for queue 5: CAP_NET_ADMIN is missing", error.Message);
        Assert.Equal((LibC.EPERM, QueuedLoopback.Number), (error.Errno, error.Queue));
        Assert.Empty(loopback.Arrived());
        Assert.Equal((3, 0, 3), (loop.Counters.Packets, loop.Counters.Accepted, queue.ReadStatistics().VerdictErrors));
    });

    [KernelFact]
    public void A_verdict_that_comes_too_late_costs_its_packet_and_no_more() => NetworkNamespace.Run(() =>
    {
        using var loopback = new QueuedLoopback();
        using var queue = QueuedLoopback.Open();
        loopback.Send(1, 2);
        (byte Byte, uint Id)[] taken = QueuedLoopback.Take(queue);
        QueuedLoopback.Accept(queue, taken);

        QueuedLoopback.Accept(queue, taken);
        loopback.Send(3);
        QueuedLoopback.Accept(queue, QueuedLoopback.Take(queue));

        Assert.Equal([1, 2, 3], loopback.Arrived());
        Assert.Equal(2, queue.ReadStatistics().VerdictErrors);
    });

    /// <summary>Over a socket that two processes share, each reads what the other one is told.</summary>
    [KernelFact]
    public void A_refusal_of_another_process_is_not_taken_for_ones_own() => NetworkNamespace.Run(() =>
    {
        using var loopback = new QueuedLoopback();
        using var queue = QueuedLoopback.Open();
        loopback.Send(1);
        (byte Byte, uint Id)[] taken = QueuedLoopback.Take(queue);
        var other = new Thread(() =>
        {
            Capability.DropAll();
            QueuedLoopback.Accept(queue, taken);
        });
        other.Start();
        other.Join();
        Assert.Empty(loopback.Arrived());

        Assert.Empty(QueuedLoopback.Take(queue));
        QueuedLoopback.Accept(queue, taken);

        Assert.Equal([1], loopback.Arrived());
        Assert.Empty(QueuedLoopback.Take(queue));
    });

    [KernelFact]
    public void Who_may_not_answer_does_not_adopt_a_queue() => NetworkNamespace.Run(() =>
    {
        using var queue = PacketQueue.Open(QueuedLoopback.Number, new QueueOptions());
        using var pair = new SocketPair();
        queue.SendTo(pair.First, SocketPair.Limit);
        Capability.DropAll();

        var error = Assert.Throws<QueueRefusedException>(
            () => PacketQueue.Adopt(pair.Second, queue.Number, queue.Options, SocketPair.Limit));

        Assert.Equal(
            "queue 5 cannot be taken over: the kernel would refuse this process's verdicts: CAP_NET_ADMIN is missing",
            error.Message);
    });

    [KernelFact]
    public void A_queue_of_another_network_namespace_is_not_adopted() => NetworkNamespace.Run(() =>
    {
        using var queue = PacketQueue.Open(QueuedLoopback.Number, new QueueOptions());
        using var pair = new SocketPair();
        Assert.False(queue.IsForeign);
        queue.SendTo(pair.First, SocketPair.Limit);

        NetworkNamespace.Run(() =>
        {
            var error = Assert.Throws<QueueRefusedException>(
                () => PacketQueue.Adopt(pair.Second, queue.Number, queue.Options, SocketPair.Limit));
            Assert.Equal("queue 5 is of another network namespace", error.Message);
        });
    });

    [KernelFact]
    public void An_adopted_queue_has_the_port_of_the_one_that_was_handed_on() => NetworkNamespace.Run(() =>
    {
        using var queue = PacketQueue.Open(QueuedLoopback.Number, new QueueOptions());
        using var pair = new SocketPair();
        queue.SendTo(pair.First, SocketPair.Limit);

        using var adopted = PacketQueue.Adopt(pair.Second, queue.Number, queue.Options, SocketPair.Limit);

        Assert.NotEqual(0u, queue.PortId);
        Assert.Equal((queue.PortId, true), (adopted.PortId, adopted.HasSocket));
    });

    /// <summary>Of a socket that has no room the kernel tells nobody, unless he asks.</summary>
    [KernelFact]
    public void Packets_that_the_socket_has_no_room_for_are_counted() => NetworkNamespace.Run(() =>
    {
        using var loopback = new QueuedLoopback();
        using var queue = QueuedLoopback.Open();
        int least = 0;
        Assert.Equal(0, setsockopt(DescriptorOf(queue), LibC.SOL_SOCKET, LibC.SO_RCVBUF, ref least, sizeof(int)));

        loopback.Send(new byte[50]);

        int taken = QueuedLoopback.Take(queue).Length;
        Assert.InRange(taken, 1, 49);
        Assert.Equal(50 - taken, queue.ReadStatistics().Overruns);
    });

    /// <summary>By its port, as the shim keeps it to itself.</summary>
    private static int DescriptorOf(PacketQueue queue)
    {
        string? inode = QueueOwner.FindInode(File.ReadLines("/proc/thread-self/net/netlink"), queue.PortId);
        string path = Directory.EnumerateFileSystemEntries("/proc/self/fd")
            .Single(entry => new FileInfo(entry).LinkTarget == $"socket:[{inode}]");
        return int.Parse(Path.GetFileName(path));
    }

    [LibraryImport("libc", SetLastError = true)]
    private static partial int setsockopt(int descriptor, int level, int name, ref int value, uint length);
}

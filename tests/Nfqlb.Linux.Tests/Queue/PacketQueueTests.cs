using System.Diagnostics;
using Nfqlb.Linux.Interop;
using Nfqlb.Linux.Queue;
using Nfqlb.Linux.Tests.Support;
using static Nfqlb.Linux.Interop.NfqlbQueue;

namespace Nfqlb.Linux.Tests.Queue;

/// <summary>On the real kernel. Packets are left to the end-to-end tests: no rule names these queues.</summary>
public sealed class PacketQueueTests
{
    [KernelFact]
    public void A_bound_queue_is_in_the_kernels_list_until_it_is_disposed()
    {
        var number = FreeQueue.Next();
        using (PacketQueue.Open(number, new QueueOptions()))
        {
            Assert.NotNull(KernelQueue.Find(number));
        }

        Assert.Null(KernelQueue.Find(number));
    }

    [KernelFact]
    public void A_queue_that_is_taken_is_refused_with_the_name_of_its_owner()
    {
        var number = FreeQueue.Next();
        using var owner = PacketQueue.Open(number, new QueueOptions());

        var error = Assert.Throws<QueueAlreadyBoundException>(() => PacketQueue.Open(number, new QueueOptions()));

        string name = File.ReadAllText("/proc/self/comm").TrimEnd();
        Assert.Equal(
            $"queue {number} is already bound by {name} (pid {Environment.ProcessId})", error.Message);
        Assert.Equal(LibC.EBUSY, error.Errno);
    }

    [KernelFact]
    public void The_largest_options_are_taken()
    {
        var options = new QueueOptions
        {
            CopyRangeBytes = QueueOptions.MaxCopyRangeBytes,
            MaxLengthPackets = int.MaxValue,
            BatchCapacityPackets = QueueOptions.MaxBatchCapacityPackets,
        };

        using var queue = PacketQueue.Open(FreeQueue.Next(), options);

        SendRefusedVerdicts(queue, options.BatchCapacityPackets);
        Assert.Equal(options.BatchCapacityPackets, queue.ReadStatistics().VerdictErrors);
    }

    [KernelFact]
    public void Verdicts_the_kernel_refuses_are_counted_and_are_no_packets()
    {
        using var queue = PacketQueue.Open(FreeQueue.Next(), new QueueOptions());

        SendRefusedVerdicts(queue, count: 3);

        Assert.Equal(new QueueStatistics(0, 0, 0, VerdictErrors: 3), queue.ReadStatistics());
    }

    [KernelFact]
    public void More_verdicts_than_a_batch_holds_are_refused()
    {
        using var queue = PacketQueue.Open(FreeQueue.Next(), new QueueOptions { BatchCapacityPackets = 2 });

        var error = Assert.Throws<SystemCallException>(
            () => ((IPacketSource)queue).Answer(new nfqlb_verdict[3]));
        Assert.Equal($"send verdicts queue {queue.Number}: Invalid argument", error.Message);
    }

    [KernelFact]
    public void A_loop_that_waits_for_the_kernel_is_stopped_within_a_second()
    {
        using var queue = PacketQueue.Open(FreeQueue.Next(), new QueueOptions());
        var loop = new QueueLoop(queue, Classifiers.Empty());
        var thread = new Thread(loop.Run);
        thread.Start();
        Assert.False(thread.Join(TimeSpan.FromMilliseconds(100)), "the loop ended by itself");
        long setAt = Stopwatch.GetTimestamp();

        loop.Stop(QueueEnd.AtOnce);

        Assert.True(thread.Join(TimeSpan.FromSeconds(10)));
        Assert.InRange(Stopwatch.GetElapsedTime(setAt), TimeSpan.Zero, TimeSpan.FromSeconds(1));
    }

    [KernelFact]
    public void A_disposed_queue_says_so()
    {
        var queue = PacketQueue.Open(FreeQueue.Next(), new QueueOptions());
        queue.Dispose();
        queue.Dispose();

        Assert.Throws<ObjectDisposedException>(() => queue.ReadStatistics());
    }

    [KernelFact]
    public void Talking_to_the_kernel_allocates_nothing()
    {
        using var queue = PacketQueue.Open(FreeQueue.Next(), new QueueOptions());
        var packets = new nfqlb_packet[128];
        var verdicts = new nfqlb_verdict[8];
        IPacketSource source = queue;

        Assert.Equal(0, AllocatedBytes.Of(() =>
        {
            source.Answer(verdicts);
            source.Receive(packets);
        }));
    }

    /// <summary>Answers packets that never were, and takes the kernel's refusals.</summary>
    private static void SendRefusedVerdicts(PacketQueue queue, int count)
    {
        IPacketSource source = queue;
        source.Answer(new nfqlb_verdict[count]);
        Assert.Equal(0, source.Receive(new nfqlb_packet[count]));
    }
}

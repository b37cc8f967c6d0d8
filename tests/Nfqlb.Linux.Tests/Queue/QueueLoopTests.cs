using Nfqlb.Flows;
using Nfqlb.Linux.Queue;
using Nfqlb.Linux.Tests.Support;
using static Nfqlb.Linux.Interop.NfqlbQueue;

namespace Nfqlb.Linux.Tests.Queue;

public sealed class QueueLoopTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(10);

    [Fact]
    public void Every_packet_is_answered_once_in_order_a_batch_at_a_time()
    {
        var source = new FakePacketSource(packets: 100, batchCapacity: 16);
        var loop = Run(source);

        Assert.Equal(Enumerable.Range(1, 100).Select(id => (uint)id), source.AnsweredIds.ToArray());
        Assert.Equal(16, source.LargestBatch);
        Assert.Equal(7, loop.Counters.Batches);
    }

    [Fact]
    public void Counters_add_up()
    {
        var counters = Run(new FakePacketSource(packets: 100)).Counters;

        Assert.Equal(100, counters.Packets);
        Assert.Equal(100 * FakePacketSource.OriginalLengthBytes, counters.Bytes);
        Assert.Equal(counters.Packets, counters.Accepted + counters.Dropped);
        Assert.Equal(counters.Packets, counters.Received);
    }

    [Fact]
    public void Bits_outside_the_mask_stay_as_each_packet_had_them()
    {
        var source = new FakePacketSource(packets: 100)
        {
            HoldsUdp = true,
            MarkOf = id => id * 0x01010101u,
            Verdicts = [],
        };
        var options = new ClassifierOptions { Clock = () => 0, NoFlowMark = new FirewallMark(0x550000) };
        var classifier = new Classifier(0, new FlowTable(1), options);
        var loop = new QueueLoop(source, classifier, new MarkMask(0xff0000));
        source.WhenEmpty = () => loop.Stop(QueueEnd.AtOnce);

        loop.Run();

        Assert.Equal(100, source.Verdicts.Count);
        Assert.All(source.Verdicts, verdict => Assert.Equal(
            (1u, (verdict.id * 0x01010101u & 0xff00ffff) | 0x550000), (verdict.accept, verdict.mark)));
    }

    [Fact]
    public void A_super_packet_counts_as_one_packet_and_beside_that_as_what_it_is()
    {
        var counters = Run(new FakePacketSource(packets: 100) { IsSuperPacket = id => id % 3 == 0 }).Counters;
        Assert.Equal((100, 33), (counters.Packets, counters.SuperPackets));

        var next = new QueueCounters();
        next.Carry(counters.ToRow());
        Assert.Equal(counters.ToRow(), next.ToRow());
        Assert.Equal(33, next.SuperPackets);
    }

    [Theory]
    [InlineData(1, 0)]
    [InlineData(2, 1)]
    [InlineData(3, 2)]
    [InlineData(4, 2)]
    [InlineData(5, 3)]
    [InlineData(8, 3)]
    [InlineData(9, 4)]
    [InlineData(128, 7)]
    [InlineData(1024, 10)]
    public void A_batch_counts_in_the_smallest_class_that_holds_it(int packets, int sizeClass)
    {
        var counters = new QueueCounters();
        counters.AddBatch(packets, superPackets: 0, bytes: 0, accepted: 0);
        Assert.Equal(
            [.. Enumerable.Range(0, 11).Select(i => i == sizeClass ? 1L : 0)],
            Enumerable.Range(0, 11).Select(counters.BatchesOfSize));
    }

    [Fact]
    public void A_batch_that_was_not_answered_is_not_counted_and_its_error_ends_the_loop()
    {
        var failure = new SystemCallException("send verdicts", 105, "queue 2");
        var loop = new QueueLoop(new FakePacketSource(1) { AnswerFailure = failure }, Classifiers.Empty());

        Assert.Same(failure, Assert.Throws<SystemCallException>(loop.Run));
        Assert.Equal((1, 0), (loop.Counters.Received, loop.Counters.Packets));
    }

    [Fact]
    public void A_loop_that_was_stopped_before_takes_nothing()
    {
        var source = new FakePacketSource(packets: 5);
        var loop = new QueueLoop(source, Classifiers.Empty());
        loop.Stop(QueueEnd.AtOnce);

        loop.Run();

        Assert.Equal(0, source.Answered);
    }

    [Fact]
    public void A_loop_that_sleeps_can_be_stopped()
    {
        var source = new FakePacketSource(packets: 5);
        var loop = new QueueLoop(source, Classifiers.Empty());
        var thread = new Thread(loop.Run);
        thread.Start();
        Assert.True(source.Sleeping.Wait(Limit));

        loop.Stop(QueueEnd.AtOnce);

        Assert.True(thread.Join(Limit));
        Assert.Equal(5, source.Answered);
    }

    [Theory]
    [InlineData(QueueEnd.AtOnce, 0, false)]
    [InlineData(QueueEnd.Drained, 100, false)]
    [InlineData(QueueEnd.Bypassed, 100, true)]
    public void What_waits_is_answered_or_left_as_the_end_says(QueueEnd end, int answered, bool letsPass)
    {
        var source = new FakePacketSource(packets: 100, batchCapacity: 16);
        var loop = new QueueLoop(source, Classifiers.Empty());
        loop.Stop(end);

        loop.Run();

        Assert.Equal((answered, letsPass), (source.Answered, source.LetsPass));
    }

    [Fact]
    public void A_loop_that_has_ended_can_be_run_again()
    {
        var source = new FakePacketSource(packets: 20);
        var loop = Run(source);
        source.Refill();

        loop.Run();

        Assert.Equal(40, loop.Counters.Packets);
    }

    [Fact]
    public void Allocates_nothing_for_packets_and_batches() => Assert.Equal(0, BytesOfOneRun(beforeBatch: null));

    /// <summary>The control: shows that the measurement above sees an allocation, even one a batch.</summary>
    [Fact]
    public void The_measurement_sees_a_source_that_allocates()
    {
        object? kept = null;
        long bytes = BytesOfOneRun(() => kept = new object());

        Assert.NotNull(kept);
        Assert.True(bytes >= 10 * 24, $"10 objects took {bytes} bytes");
    }

    [Fact]
    public void A_verdict_becomes_what_the_kernel_takes()
    {
        nfqlb_verdict accept = default, drop = default;
        accept.Set(7, 0xffffffff, Verdict.Accept(new FirewallMark(0x7fff0001)), MarkMask.All);
        drop.Set(8, 0xffffffff, Verdict.Drop, MarkMask.All);

        Assert.Equal((7u, 1u, 0x7fff0001u), (accept.id, accept.accept, accept.mark));
        Assert.Equal((8u, 0u, 0u), (drop.id, drop.accept, drop.mark));
    }

    private static QueueLoop Run(FakePacketSource source)
    {
        var loop = new QueueLoop(source, Classifiers.Empty());
        source.WhenEmpty = () => loop.Stop(QueueEnd.AtOnce);
        loop.Run();
        return loop;
    }

    /// <summary>What a whole run of 10 batches allocates, apart from making the loop.</summary>
    private static long BytesOfOneRun(Action? beforeBatch)
    {
        const int runs = 100;
        var source = new FakePacketSource(packets: 160, batchCapacity: 16) { BeforeBatch = beforeBatch };
        var loops = Enumerable.Range(0, runs).Select(_ => new QueueLoop(source, Classifiers.Empty())).ToArray();
        int next = 0;
        source.WhenEmpty = () => loops[next].Stop(QueueEnd.AtOnce);
        return AllocatedBytes.Of(() =>
        {
            source.Refill();
            loops[next].Run();
            next++;
        });
    }
}

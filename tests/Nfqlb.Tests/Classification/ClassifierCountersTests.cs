using Nfqlb.Fragments;
using Nfqlb.Packets;
using Nfqlb.Tests.Fragments;
using Nfqlb.Tests.Packets;
using Nfqlb.Tests.Support;
using Nfqlb.Tests.Wire;

namespace Nfqlb.Tests.Classification;

/// <summary>Every packet is counted once, under what became of it.</summary>
public class ClassifierCountersTests
{
    private static readonly Unparsable[] Reasons = [.. Enum.GetValues<Unparsable>().Except([Unparsable.None])];

    /// <summary>What can become of a fragment where there is one balancer.</summary>
    private static readonly FragmentOutcome[] Alone =
        [.. Enum.GetValues<FragmentOutcome>().Except([FragmentOutcome.ToOtherBalancer])];

    public static TheoryData<string> Hostile => PacketCase.NamesOf(HostilePackets.Rows);

    [Theory, MemberData(nameof(Hostile))]
    public void An_unparsable_packet_is_counted_under_its_reason_alone(string name)
    {
        var row = HostilePackets.Rows.Single(row => row.Name == name);
        var balancer = new Balancer().Pool("all", 1).Flow(new() { Name = "all", Target = "all" });
        balancer.Mark(row.Bytes);
        Assert.All(Reasons, reason =>
            Assert.Equal(reason.ToString() == row.Expected ? 1 : 0, balancer.Counters.Unparsable(reason)));
        Assert.Equal(1, Sum(balancer.Counters));
        Assert.Equal(0, balancer.CountOf("all"));
    }

    [Fact]
    public void A_later_fragment_that_cannot_be_kept_is_counted_as_such()
    {
        var balancer = new Balancer().Pool("all", 1).Flow(new() { Name = "all", Target = "all" });
        Assert.Null(balancer.Mark(Ip.V6().Fragment(7, 5, true).Carry(IpProtocol.Udp, new byte[8])));
        Assert.Equal(1, balancer.Counters.Fragments(FragmentOutcome.NotStored));
        Assert.Equal(1, Sum(balancer.Counters));
    }

    [Fact]
    public void Workers_count_for_themselves_and_flows_sum_over_them()
    {
        var balancer = new Balancer(workers: 4).Pool("all", 1).Flow(new() { Name = "all", Target = "all" });
        for (int worker = 0; worker < 4; worker++)
        {
            for (int i = 0; i <= worker; i++)
            {
                balancer.Mark(Ip.V4().Tcp(1, 2), worker);
            }
        }
        Assert.Equal([1, 2, 3, 4], balancer.Classifiers.Select(classifier => classifier.Counters.Balanced));
        Assert.Equal(10, balancer.CountOf("all"));
    }

    [Fact]
    public void Damaged_packets_never_throw_and_are_counted_once_each() => Seeded.Run(random =>
    {
        const int Inputs = 100_000;
        using var memory = new GuardedBytes();
        long now = 0;
        var fragments = new FragmentTable(new() { StoredFragments = 10 }, new TakesEverything());
        var balancer = new Balancer(new() { Clock = () => now, IsPromiscuousPing = true, Fragments = fragments })
            .Pool("tcp", 1, 2, 3).Pool("sctp", 4).Pool("empty")
            .Flow(new() { Name = "t", Target = "tcp", Protocols = "tcp", Match = "tcp[2:2]&0x1=0,tcp[16:4]=0" })
            .Flow(new() { Name = "u", Target = "empty", Protocols = "udp", DestinationPorts = "53,1024-65535" })
            .Flow(new() { Name = "s", Target = "sctp", Priority = "9", Protocols = "sctp", UdpEncapsulation = "9899" });
        long passedFirst = 0;
        for (int i = 0; i < Inputs; i++)
        {
            now = i * 1_000_000L;
            var bytes = memory.Flush(Mutation.Next(random));
            bool isFirst = Packet.TryParse(bytes, out var packet) == 0 && packet.Part == FragmentPart.First;
            long passedBefore = balancer.Counters.Fragments(FragmentOutcome.Passed);
            balancer.Classifiers[0].StartBatch();
            var verdict = balancer.Classifiers[0].Classify(bytes);
            passedFirst += isFirst ? balancer.Counters.Fragments(FragmentOutcome.Passed) - passedBefore : 0;
            Assert.True(!verdict.IsAccept || verdict.Mark.Value is >= 1 and <= 4);
        }
        var counters = balancer.Counters;
        Assert.Equal(Inputs, Sum(counters) - passedFirst);

        // All ways out were taken, so that the sum says something.
        long[] ways = [counters.Balanced, counters.WithoutFlow, counters.WithoutTarget];
        Assert.DoesNotContain(0, ways);
        Assert.All(Alone, outcome => Assert.NotEqual(0, counters.Fragments(outcome)));
        Assert.All(Reasons, reason => Assert.NotEqual(0, counters.Unparsable(reason)));
    });

    private static long Sum(ClassifierCounters counters) =>
        counters.Balanced + counters.WithoutFlow + counters.WithoutTarget
        + Enum.GetValues<FragmentOutcome>().Sum(counters.Fragments) + Reasons.Sum(counters.Unparsable);
}

using Nfqlb.Flows;
using Nfqlb.Fragments;
using Nfqlb.Maglev;
using Nfqlb.Packets;
using Nfqlb.Tests.Fragments;
using Nfqlb.Tests.Support;
using Nfqlb.Tests.Wire;

namespace Nfqlb.Tests.Classification;

/// <summary>Fragments with flows, pools and the tier of balancers.</summary>
public class FragmentsThroughTheClassifierTests
{
    private readonly Reinjected _returned = new();
    private long _now;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void All_fragments_go_where_the_ports_of_the_first_lead(bool isIpv6)
    {
        byte[][] pieces = isIpv6 ? FragmentedPacket.Ipv6(4) : FragmentedPacket.Ipv4(4);
        var balancer = Balancer();
        int? target = balancer.Mark(isIpv6
            ? Ip.V6().Udp(FragmentedPacket.SourcePort, FragmentedPacket.DestinationPort)
            : Ip.V4().Udp(FragmentedPacket.SourcePort, FragmentedPacket.DestinationPort));
        Assert.NotNull(target);
        Assert.Null(balancer.Mark(pieces[3], worker: 1));
        Assert.Equal(target, balancer.Mark(pieces[0], worker: 0));
        Assert.Equal(target, balancer.Mark(pieces[1], worker: 1));
        Assert.Equal(target, balancer.Mark(pieces[2], worker: 0));
        Assert.True(_returned.TryTake(out byte[] again));
        Assert.Equal(target, balancer.Mark(again, worker: 1));
        Assert.False(_returned.TryTake(out _));
        Assert.Equal(2, balancer.CountOf("udp")); // the whole packet and the first fragment
    }

    [Fact]
    public void Fragments_of_what_no_flow_accepts_are_dropped()
    {
        var balancer = Balancer();
        byte[] first = Ip.V4().Fragment(1, 0, true).Carry(IpProtocol.Tcp, Transport.Tcp(1000, 80)[..8]);
        Assert.Null(balancer.Mark(first));
        Assert.Null(balancer.Mark(Ip.V4().Fragment(1, 1, false).Carry(IpProtocol.Tcp, new byte[8])));
        Assert.Equal(1, balancer.Counters.WithoutFlow);
    }

    [Fact]
    public void Fragments_of_an_echo_request_follow_its_id()
    {
        var balancer = Balancer().Flow(new() { Name = "any", Target = "all" });
        for (ushort id = 0; id < 50; id++)
        {
            int? whole = balancer.Mark(Ip.V4().EchoRequest(id));
            byte[] echo = Ip.V4().Fragment(id, 0, true).EchoRequest(id);
            Assert.Equal(whole, balancer.Mark(echo));
            Assert.Equal(whole, balancer.Mark(Ip.V4().Fragment(id, 1, false).Carry(IpProtocol.Icmp, [1, 2])));
        }
    }

    [Fact]
    public void Fragments_of_encapsulated_Sctp_follow_the_ports_inside()
    {
        var balancer = Balancer().Flow(new()
        {
            Name = "sctp", Target = "all", Priority = "9", Protocols = "sctp", UdpEncapsulation = "9899",
        });
        int? whole = balancer.Mark(Ip.V4().Sctp(1000, 5000));
        byte[] udp = Transport.Udp(9899, 9899, [.. Transport.Sctp(1000, 5000), .. new byte[9]]);
        Assert.Equal(whole, balancer.Mark(Ip.V4().Fragment(1, 0, true).Carry(IpProtocol.Udp, udp[..24])));
        Assert.Equal(whole, balancer.Mark(Ip.V4().Fragment(1, 3, false).Carry(IpProtocol.Udp, udp[24..])));
    }

    [Fact]
    public void In_a_tier_fragments_go_to_the_balancer_of_their_addresses() => Seeded.Run(random =>
    {
        const int OwnMark = 11;
        var size = new PoolSize(101, 3);
        var segment = PoolSegment.Format(new byte[PoolSegment.BytesFor(size)], size, OwnMark);
        segment.Publish([10, OwnMark, 12]);
        var balancer = Balancer(new TargetPool(new PoolName("tier"), segment, workers: 2));
        int own = 0;
        for (ushort i = 0; i < 200; i++)
        {
            string source = $"10.0.{random.Next(256)}.{random.Next(256)}";
            byte[][] pieces = FragmentedPacket.Ipv4(3, i, source);
            int owner = segment.Locate(FlowHash.OfAddresses(KeyOf(pieces[0]))).Mark!.Value.Value;
            int? whole = balancer.Mark(
                Ip.V4(source).Udp(FragmentedPacket.SourcePort, FragmentedPacket.DestinationPort));
            int?[] marks = [.. pieces.Select(piece => balancer.Mark(piece))];
            Assert.All(marks, mark => Assert.Equal(owner == OwnMark ? whole : owner, mark));
            own += owner == OwnMark ? 1 : 0;
        }
        Assert.InRange(own, 20, 180);
        Assert.Equal((200 - own) * 3, balancer.Counters.Fragments(FragmentOutcome.ToOtherBalancer));
    });

    [Fact]
    public void Copies_of_a_first_fragment_are_counted_once()
    {
        var pool = new TargetPool(new PoolName("all"), Segment(ownMark: 0, 7), workers: 1);
        var balancer = new Balancer(new() { Clock = () => _now, Fragments = new FragmentTable(new(), _returned) });
        balancer.Flows.Set(new FlowText { Name = "udp", Target = "all", Protocols = "udp" }.Parse(), pool);
        balancer.StartBatch();
        byte[][] pieces = FragmentedPacket.Ipv4(3);
        for (int copy = 0; copy < 50; copy++)
        {
            Assert.Equal(copy == 0 ? 7 : null, balancer.Mark(pieces[0]));
        }
        Assert.Equal(7, balancer.Mark(pieces[1]));
        Assert.Equal((1, 1), (balancer.Counters.Balanced, balancer.CountOf("udp")));
        Assert.Equal((1, pieces[0].Length), (pool.PacketsOf(0), pool.BytesOf(0)));
        Assert.Equal(49, balancer.Counters.Fragments(FragmentOutcome.Duplicate));
        Assert.Equal(2, balancer.Counters.Fragments(FragmentOutcome.Passed));
    }

    [Fact]
    public void Copies_of_a_first_fragment_without_flow_target_or_ports_are_counted_once()
    {
        var balancer = Balancer().Pool("empty")
            .Flow(new() { Name = "nobody", Target = "empty", Protocols = "tcp" })
            .Flow(new()
            {
                Name = "sctp", Target = "all", Priority = "9", Protocols = "sctp", UdpEncapsulation = "9899",
            });
        byte[] withoutTarget = Ip.V4().Fragment(1, 0, true).Carry(IpProtocol.Tcp, new byte[24]);
        byte[] withoutFlow = Ip.V4().Fragment(2, 0, true).EchoRequest(3);
        byte[] torn = Ip.V4().Fragment(3, 0, true).Carry(IpProtocol.Udp, Transport.Udp(9899, 9899, []));
        for (int copy = 0; copy < 50; copy++)
        {
            Assert.All([withoutTarget, withoutFlow, torn], packet => Assert.Null(balancer.Mark(packet)));
        }
        Assert.Equal((1, 1), (balancer.Counters.WithoutTarget, balancer.Counters.WithoutFlow));
        Assert.Equal((1, 1), (balancer.CountOf("nobody"), balancer.CountOf("#sctp")));
        Assert.Equal(1, balancer.Counters.Unparsable(Unparsable.PortsTruncated));
        Assert.Equal(3 * 49, balancer.Counters.Fragments(FragmentOutcome.Duplicate));
    }

    [Fact]
    public void Between_balancers_whose_pools_differ_no_fragment_goes_round() => Seeded.Run(random =>
    {
        // Each takes every fragment for the next one's.
        const int Balancers = 3;
        Balancer[] ring = [.. Enumerable.Range(0, Balancers).Select(i => Balancer(
            new TargetPool(new PoolName("tier"), Segment(ownMark: 10 + i, 10 + (i + 1) % Balancers), workers: 2)))];
        int? target = ring[0].Mark(Ip.V4().Udp(FragmentedPacket.SourcePort, FragmentedPacket.DestinationPort));
        for (ushort id = 0; id < 100; id++)
        {
            int start = random.Next(Balancers);
            foreach (byte[] piece in FragmentedPacket.Ipv4(4, id))
            {
                byte hops = 0;
                int at = start;
                int? mark = ring[at].Mark(piece);
                for (; mark is >= 10 and < 10 + Balancers; hops++)
                {
                    at = mark.Value - 10;
                    piece[8] -= 1;
                    mark = ring[at].Mark(piece);
                }
                Assert.Equal(target, mark);
                Assert.Equal(start, at);
                Assert.Equal(FragmentedPacket.Place(piece).Offset == 0 ? Balancers : 0, hops);
            }
        }
        Assert.Equal(100 * 4, ring.Sum(balancer => balancer.Counters.Returned));
        Assert.Equal(100 * Balancers,
            ring.Sum(balancer => balancer.Counters.Fragments(FragmentOutcome.ToOtherBalancer)));
    });

    [Fact]
    public void A_copy_that_the_network_has_made_keeps_no_packet_from_the_balancer_that_it_belongs_to()
    {
        var balancer = Balancer(new TargetPool(new PoolName("tier"), Segment(ownMark: 10, 11), workers: 2));
        byte[][] pieces = FragmentedPacket.Ipv6(4);
        Assert.Equal(11, balancer.Mark(pieces[2]));
        Assert.Null(balancer.Mark(pieces[2], worker: 1));
        Assert.Equal(11, balancer.Mark(pieces[0]));
        Assert.Equal(11, balancer.Mark(pieces[1], worker: 1));
        Assert.Equal(1, balancer.Counters.Fragments(FragmentOutcome.ToOtherBalancer)
            - balancer.Classifiers[1].Counters.Fragments(FragmentOutcome.ToOtherBalancer));
        Assert.Equal(0, balancer.Counters.Returned);
    }

    [Fact]
    public void Without_balancers_a_tier_changes_nothing()
    {
        var size = new PoolSize(101, 3);
        var segment = PoolSegment.Format(new byte[PoolSegment.BytesFor(size)], size, ownMark: 11);
        var balancer = Balancer(new TargetPool(new PoolName("tier"), segment, workers: 2));
        Assert.All(FragmentedPacket.Ipv4(3), piece => Assert.NotNull(balancer.Mark(piece)));
    }

    [Fact]
    public void Only_fragments_ask_for_the_time_and_once_a_batch()
    {
        int asked = 0;
        var balancer = new Balancer(new() { Clock = () => ++asked }).Pool("all", 1).Flow(new()
        {
            Name = "udp", Target = "all", Protocols = "udp",
        });
        Assert.NotNull(balancer.Mark(Ip.V4().Udp(1000, 53)));
        Assert.Equal(0, asked);

        foreach (int batch in new[] { 1, 2 })
        {
            balancer.StartBatch();
            Assert.All(FragmentedPacket.Ipv4(4), piece => Assert.NotNull(balancer.Mark(piece)));
            Assert.Equal(batch, asked);
        }
    }

    [Fact]
    public void Fragments_in_any_order_allocate_nothing()
    {
        var fragments = new FragmentTable(new(), new TakesEverything());
        var classifier = Balancer(fragments: fragments).Classifiers[0];
        byte[][] pieces = FragmentedPacket.Ipv6(5);
        Assert.Equal(0, Allocation.BytesPerRun(() =>
        {
            _now += 1_000_000_000;
            classifier.StartBatch();
            for (int i = 4; i >= 0; i--)
            {
                classifier.Classify(pieces[i]);
            }
            classifier.Classify(pieces[1]);
        }));
        Assert.NotEqual(0, fragments.ReadStatistics().Reinjected);
        Assert.NotEqual(0, classifier.Counters.Fragments(FragmentOutcome.Passed));
    }

    private static PoolSegment Segment(int ownMark, params int[] marks)
    {
        var size = new PoolSize(101, marks.Length);
        var segment = PoolSegment.Format(new byte[PoolSegment.BytesFor(size)], size, ownMark);
        segment.Publish(marks);
        return segment;
    }

    private static PacketKey KeyOf(byte[] bytes)
    {
        Assert.Equal(Unparsable.None, Packet.TryParse(bytes, out var packet));
        return packet.Key;
    }

    private Balancer Balancer(TargetPool? tier = null, FragmentTable? fragments = null) =>
        new Balancer(new()
        {
            Clock = () => _now,
            Fragments = fragments ?? new FragmentTable(new(), _returned),
            BalancerTier = tier,
            PassedOn = new PassedOnFragments(new()),
        }, workers: 2)
            .Pool("all", 1, 2, 3, 4, 5).Flow(new() { Name = "udp", Target = "all", Protocols = "udp" });
}

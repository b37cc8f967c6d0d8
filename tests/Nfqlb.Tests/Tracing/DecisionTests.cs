using Nfqlb.Drain;
using Nfqlb.Maglev;
using Nfqlb.Tests.Classification;
using Nfqlb.Tests.Support;
using Nfqlb.Tests.Wire;
using Nfqlb.Tracing;

namespace Nfqlb.Tests.Tracing;

/// <summary>What those who watch are told is what the classifier did.</summary>
public class DecisionTests
{
    private static readonly byte[] ToWeb = Ip.V4("10.0.0.1", "20.0.0.1").Tcp(1000, 80);

    private readonly PacketTap _tap = new(workers: 1, snapBytes: 64);

    private Balancer Web => new Balancer(new() { Clock = () => 0, Tap = _tap }).Pool("web", 100)
        .Flow(new() { Name = "web", Target = "web", Protocols = "tcp", DestinationPorts = "80" })
        .Flow(new() { Name = "sctp", Target = "web", Protocols = "sctp", UdpEncapsulation = "9899" });

    /// <summary>A packet, and the words for what becomes of it; a star stands for the hash.</summary>
    public static TheoryData<byte[], string> Rows => new()
    {
        { ToWeb, "flow=web target=web slot=0 mark=100 hash=0x*" },
        { Ip.V4().Tcp(1000, 22), "flow=none dropped" },
        // Not a multiple of 8 bytes, so that the fragment table drops it.
        { Ip.V4().Fragment(7, 0, true).Tcp(1000, 80), "fragment=first flow=web target=web slot=0 dropped hash=0x*" },
        { Ip.V4().Fragment(9, 5, true).Carry(Nfqlb.Packets.IpProtocol.Tcp, [1, 2, 3, 4]), "fragment=later dropped" },
        { Ip.V4().SctpInUdp(9899, 9899, 1000, 5000), "flow=sctp target=web slot=0 mark=100 hash=0x*" },
        { [0x45, 0], "unparsable=Ipv4HeaderTruncated dropped" },
    };

    [Theory, MemberData(nameof(Rows))]
    public void The_words_say_what_became_of_it(byte[] packet, string words)
    {
        var watch = _tap.TryWatch(new PacketSelection())!;

        Show(Web.Classifiers[0], packet);

        Assert.True(watch.Rings[0].TryPeek(out var shown, out var bytes));
        string actual = DecisionText.Of(shown.Decision);
        int star = words.IndexOf('*');
        Assert.Equal(star < 0 ? words : words[..star], star < 0 ? actual : actual[..star]);
        Assert.Equal(star < 0 ? words.Length : star + 8, actual.Length);
        Assert.Equal(packet.AsSpan(0, Math.Min(packet.Length, 64)), bytes);
    }

    [Fact]
    public void A_connection_that_stays_with_its_target_is_said_to_be_kept()
    {
        var connections = new ConnectionTable(new DrainOptions { Clock = () => 0 });
        var balancer = new Balancer(new() { Clock = () => 0, Tap = _tap }, connections: connections)
            .Pool("web", 100).Flow(new() { Name = "web", Target = "web" });
        var (segment, _) = balancer["web"].Follow();
        segment.Publish(segment.ReadContent()
            .With(0, new SlotTarget(new FirewallMark(100)) { State = TargetState.Drain })
            .With(1, new SlotTarget(new FirewallMark(101))));
        var watch = _tap.TryWatch(new PacketSelection())!;

        Show(balancer.Classifiers[0], Ip.V4().EchoRequest(7));
        Show(balancer.Classifiers[0], ToWeb);

        Assert.True(watch.Rings[0].TryPeek(out var kept, out _));
        Assert.StartsWith("flow=web target=web slot=0 kept mark=100 hash=", DecisionText.Of(kept.Decision));
        watch.Rings[0].Release();
        Assert.True(watch.Rings[0].TryPeek(out var opened, out _));
        Assert.StartsWith("flow=web target=web slot=1 mark=101 hash=", DecisionText.Of(opened.Decision));
    }

    [Fact]
    public void Being_shown_changes_no_count()
    {
        _tap.TryWatch(new PacketSelection());
        var balancer = Web;

        Show(balancer.Classifiers[0], ToWeb);

        Assert.Equal((1, 1), (balancer.Counters.Balanced, balancer.CountOf("web")));
    }

    [Fact]
    public void Only_what_was_selected_is_shown()
    {
        var flow = new Nfqlb.Flows.FlowName("web");
        _tap.Flows.Set(new Nfqlb.Flows.FlowText { Name = "any" }.ParseWithoutTarget(), pool: null);
        PacketWatch[] watches =
        [
            _tap.TryWatch(new() { Flow = flow })!,
            _tap.TryWatch(new() { TraceFlow = new Nfqlb.Flows.FlowName("nosuch") })!,
            _tap.TryWatch(new() { Areas = TraceAreas.Flows })!,
            _tap.TryWatch(new() { Areas = TraceAreas.Sctp | TraceAreas.Fragments })!,
        ];
        Assert.Null(_tap.TryWatch(new()));
        var classifier = Web.Classifiers[0];

        Show(classifier, ToWeb);
        Show(classifier, Ip.V4().Tcp(1000, 22));
        Show(classifier, Ip.V4().SctpInUdp(9899, 9899, 1000, 5000));

        Assert.Equal([1, 0, 3, 1], watches.Select(CountOf));
        Assert.True(_tap.IsWatched);
        Array.ForEach(watches, _tap.Unwatch);
        Assert.False(_tap.IsWatched);
    }

    [Fact]
    public void A_watched_packet_is_of_the_moment_at_which_its_batch_began()
    {
        long now = 5;
        var watch = _tap.TryWatch(new PacketSelection())!;
        var classifier = new Balancer(new() { Clock = () => now, Tap = _tap }).Classifiers[0];

        classifier.StartBatch();
        now = 9;
        classifier.Show(ToWeb, ToWeb.Length, classifier.Classify(ToWeb));

        Assert.True(watch.Rings[0].TryPeek(out var packet, out _));
        Assert.Equal(5, packet.Nanoseconds);
    }

    [Fact]
    public void Neither_showing_nor_leaving_out_allocates()
    {
        var watch = _tap.TryWatch(new PacketSelection())!;
        var classifier = Web.Classifiers[0];

        Assert.Equal(0, Allocation.BytesPerRun(() => Show(classifier, ToWeb)));

        Assert.True(CountOf(watch) > 0);
    }

    private static void Show(Classifier classifier, byte[] packet)
    {
        classifier.StartBatch();
        classifier.Show(packet, packet.Length, classifier.Classify(packet));
    }

    private static int CountOf(PacketWatch watch)
    {
        int count = 0;
        for (; watch.Rings[0].TryPeek(out _, out _); count++)
        {
            watch.Rings[0].Release();
        }
        return count;
    }
}

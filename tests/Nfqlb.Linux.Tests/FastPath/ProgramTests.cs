using Nfqlb.FastPath;
using Nfqlb.FastPath.Measuring;
using Nfqlb.Linux.Bpf;
using Nfqlb.Linux.Netlink.Routing;
using Nfqlb.Linux.Tests.Netlink;
using Nfqlb.Routing;
using Nfqlb.Tests.Flows.Index;
using Xunit.Abstractions;

namespace Nfqlb.Linux.Tests.FastPath;

/// <summary>The program as the kernel takes it: how much there is to verify, what a run costs, where it is attached.
/// </summary>
public sealed class ProgramTests(ITestOutputHelper output)
{
    /// <summary>What Linux 6.18 looked at when this was written was 52,000; the limit is a million.</summary>
    private const int MostInstructions = 104_000;

    private const int ManyFlows = 10_000;
    private const int Repeats = 20_000;

    [KernelFact]
    public void The_verifier_does_not_look_at_twice_as_many_instructions_as_it_did()
    {
        using var program = FastPathProgram.Load();
        output.WriteLine($"{program.VerifiedInstructions} instructions");
        Assert.InRange(program.VerifiedInstructions, 1, MostInstructions);
    }

    [KernelFact]
    public void What_no_program_is_is_refused_with_a_reason()
    {
        var refusal = Assert.Throws<FastPathException>(() => FastPathProgram.Load("no object"u8));
        Assert.StartsWith("bpf program: ", refusal.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', refusal.Message);
    }

    [KernelFact]
    public void Nothing_is_decided_before_it_is_resumed_and_when_it_is_suspended()
    {
        using var paths = OfFlows(1, out var packets);
        var frame = new Frame().Of(packets[0], FrameKind.Ordinary);
        Assert.True(paths.Compare(frame));
        paths.Tables.Pause();
        Assert.False(paths.Compare(frame));
        paths.Tables.Resume();
        Assert.True(paths.Compare(frame));
        Assert.Equal(2, paths.Tables.OutcomesOf(link: 0, FastPathLayout.FASTPATH_DECIDED));
        Assert.Equal(1, paths.Tables.OutcomesOf(link: 0, FastPathLayout.FASTPATH_LEFT_SUSPENDED));
    }

    /// <summary>A half more is what was aimed at; a busy machine gets room.</summary>
    [KernelFact]
    public void Ten_thousand_flows_in_turn_cost_less_than_twice_as_much_as_one()
    {
        int one = NanosecondsOf(1);
        int many = NanosecondsOf(ManyFlows);
        output.WriteLine($"{one} ns a packet of one flow, {many} ns a packet of another of {ManyFlows}");
        Assert.InRange(many, 1, 2 * one);
    }

    [KernelTheory, InlineData(true), InlineData(false)]
    public void It_sees_packets_until_it_is_detached(bool isTcx) => PrivateNetwork.Run(() =>
    {
        var link = MakeLink();
        using var program = FastPathProgram.Load();
        using (var attached = FastPathLink.Attach(program, link, isTcx))
        {
            Assert.Equal(!isTcx, Filters().Contains("fastpath", StringComparison.Ordinal));
            Assert.Equal((FastPathStanding.Attached, null), (attached.Standing, attached.InFront));
            SendSomething();
            Assert.InRange(Seen(program), 1, long.MaxValue);
        }
        long seen = Seen(program);
        SendSomething();
        Assert.Equal(seen, Seen(program));
        Assert.DoesNotContain("fastpath", Filters(), StringComparison.Ordinal);
    });

    /// <summary>A filter outlives the process that made it.</summary>
    [KernelFact]
    public void A_filter_that_was_left_passes_all_and_the_next_takes_its_place() => PrivateNetwork.Run(() =>
    {
        var link = MakeLink();
        var old = FastPathProgram.Load();
        var left = FastPathLink.Attach(old, link, isTcx: false);
        Assert.Contains("fastpath", Filters(), StringComparison.Ordinal);
        using var program = FastPathProgram.Load();
        using (FastPathLink.Attach(program, link, isTcx: false))
        {
            left.Dispose(); // it has no place any more, and leaves that of the other
            old.Dispose();
            Assert.Single(Filters().Split("direct-action")[1..]); // once per filter
            SendSomething();
            Assert.InRange(Seen(program), 1, long.MaxValue);
        }
        Assert.DoesNotContain("fastpath", Filters(), StringComparison.Ordinal);
    });

    [KernelTheory, InlineData(true), InlineData(false)]
    public void Who_takes_it_away_or_its_place_is_noticed(bool isTcx) => PrivateNetwork.Run(() =>
    {
        using var devices = DeviceSocket.Open();
        Assert.Null(devices.Find("left"));
        var link = MakeLink();
        Assert.Equal(link, devices.Find("left"));
        using var program = FastPathProgram.Load();
        using var attached = FastPathLink.Attach(program, link, isTcx);
        using (var other = FastPathProgram.Load())
        using (FastPathLink.Attach(other, link, isTcx))
        {
            Assert.Equal(isTcx ? FastPathStanding.Attached : FastPathStanding.Replaced, attached.Standing);
            Assert.Equal(isTcx, attached.InFront is { Id: > 0, TcxLink: > 0 });
        }
        Assert.Null(attached.InFront);
        PrivateNetwork.Ip("link del left");
        Assert.Equal(FastPathStanding.Gone, attached.Standing);
    });

    /// <summary>Of one priority, the last to come goes first.</summary>
    [KernelFact]
    public void A_filter_of_others_in_front_is_told() => PrivateNetwork.Run(() =>
    {
        var link = MakeLink();
        const string pass = "bpf bytecode \"1,6 0 0 0\"";
        PrivateNetwork.Command("tc", "qdisc add dev left clsact");
        PrivateNetwork.Command("tc", $"filter add dev left ingress pref 1 handle 0x5 {pass}");
        PrivateNetwork.Command("tc", $"filter add dev left ingress pref 2 handle 0x6 {pass}");
        PrivateNetwork.Command("tc", $"filter add dev left ingress chain 3 pref 1 handle 0x7 {pass}");
        using var program = FastPathProgram.Load();
        using var attached = FastPathLink.Attach(program, link, isTcx: false);
        Assert.Null(attached.InFront);
        PrivateNetwork.Command("tc", $"filter add dev left ingress pref 1 handle 0x8 {pass}");
        Assert.Equal(new OtherProgram(Id: 0, TcxLink: 0, Filter: 8), attached.InFront);
        PrivateNetwork.Command("tc", "filter del dev left ingress pref 1 handle 0x8 bpf");
        Assert.Null(attached.InFront);
        using var other = FastPathProgram.Load();
        using (FastPathLink.Attach(other, link))
        {
            Assert.True(attached.InFront is { Id: > 0, TcxLink: > 0, Filter: 0 });
        }
    });

    [KernelFact]
    public void A_filter_that_somebody_has_deleted_is_gone() => PrivateNetwork.Run(() =>
    {
        using var program = FastPathProgram.Load();
        using var attached = FastPathLink.Attach(program, MakeLink(), isTcx: false);
        Assert.Equal(FastPathStanding.Attached, attached.Standing);
        PrivateNetwork.Command("tc", "filter del dev left ingress");
        Assert.Equal(FastPathStanding.Gone, attached.Standing);
        PrivateNetwork.Command("tc", "qdisc del dev left clsact");
        Assert.Equal(FastPathStanding.Gone, attached.Standing);
    });

    private static LinkIndex MakeLink()
    {
        PrivateNetwork.Ip("link add name left type veth peer name right");
        PrivateNetwork.Ip("address add 192.0.2.1/30 dev right");
        PrivateNetwork.Ip("link set left up");
        PrivateNetwork.Ip("link set right up");
        return new LinkIndex(int.Parse(PrivateNetwork.Ip("-o link show left").Split(':')[0]));
    }

    /// <summary>Somebody asks who has the other address.</summary>
    private static void SendSomething() => PrivateNetwork.Command(
        "bash", "-c \"ip neighbour flush dev right; for i in 1 2 3; do echo >/dev/udp/192.0.2.2/9; done; sleep 0.1\"");

    private static string Filters() => PrivateNetwork.Command("tc", "filter show dev left ingress");

    /// <summary>Packets that were seen and left alone, as nothing is in force.</summary>
    private static long Seen(FastPathProgram program) =>
        new FastPathTables(program.Memory, 0, HashMode.Tuple, MarkMask.All)
            .OutcomesOf(link: 0, FastPathLayout.FASTPATH_LEFT_SUSPENDED);

    private static TwoPaths OfFlows(int count, out PlainPacket[] packets, ReadOnlySpan<byte> program = default)
    {
        var flows = Shape.Of("a VIP and a port each").Flows(new Random(1), count);
        var paths = new TwoPaths(program: program);
        paths.Fill(flows, [.. flows.Select(flow => flow.Destinations[0].ToCidr())]);
        packets = [.. flows.Select((flow, i) => new PlainPacket(
            Nfqlb.Packets.PacketKind.Ports, PlainPacket.Tcp, PlainBlock.V4(0x0a00_0000 + (uint)i),
            flow.Destinations[0].First, 1_024 + i, flow.DestinationPorts[0].First, 0))];
        return paths;
    }

    /// <summary>What a packet takes at best, each of another flow.</summary>
    private static int NanosecondsOf(int flows)
    {
        using var paths = OfFlows(flows, out _, TwoPaths.Built("walk"));
        byte[] frame = WalkFrame.Of(flows, Shape.Vip);
        int least = Enumerable.Range(0, 100).Min(_ => paths.Program.Try(frame, repeat: Repeats).Nanoseconds);
        Assert.InRange(
            paths.Tables.OutcomesOf(link: 0, FastPathLayout.FASTPATH_DECIDED), 90L * Repeats, 100L * Repeats);
        return least;
    }
}

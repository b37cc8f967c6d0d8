using System.Diagnostics;
using Nfqlb.FastPath;
using Nfqlb.Linux.Bpf;
using Nfqlb.Linux.Netlink.Routing;
using Nfqlb.Linux.Tests.Netlink;
using Nfqlb.Tests.Flows.Index;
using Xunit.Abstractions;

namespace Nfqlb.Linux.Tests.FastPath;

/// <summary>The program as the kernel takes it: how much there is to verify, what a run costs, where it is attached.
/// </summary>
public sealed class ProgramTests(ITestOutputHelper output)
{
    /// <summary>What Linux 6.18 looked at when this was written was 98,000; the limit is a million.</summary>
    private const int MostInstructions = 196_000;

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
        paths.Tables.Suspend();
        Assert.False(paths.Compare(frame));
        paths.Tables.Resume();
        Assert.True(paths.Compare(frame));
        Assert.Equal(2, paths.Tables.OutcomesOf(link: 0, FastPathLayout.FASTPATH_DECIDED));
        Assert.Equal(1, paths.Tables.OutcomesOf(link: 0, FastPathLayout.FASTPATH_LEFT_SUSPENDED));
    }

    /// <summary>Reported, not judged: the machine may be busy.</summary>
    [KernelFact]
    public void What_a_run_costs()
    {
        using var one = OfFlows(1, out var packetOfOne);
        using var many = OfFlows(ManyFlows, out var packets);
        var frame = new Frame();
        double hot = Least(100, () => one.Program.Try(
            frame.Of(packetOfOne[0], FrameKind.Ordinary).Bytes, repeat: Repeats).Time.TotalNanoseconds);
        double hotOfMany = Least(100, () => many.Program.Try(
            frame.Of(packets[77], FrameKind.Ordinary).Bytes, repeat: Repeats).Time.TotalNanoseconds);
        byte[][] frames = [.. packets.Select(packet => frame.Of(packet, FrameKind.Ordinary).Bytes.ToArray())];
        byte[][] same = [.. packets.Select(_ => frames[0].ToArray())];
        double ofSame = Least(20, () => NanosecondsOf(one, same));
        double ofOthers = Least(20, () => NanosecondsOf(many, frames));
        output.WriteLine(
            $"{hot} ns with one flow, {hotOfMany} ns with {ManyFlows} and the same packet, "
            + $"{ofOthers - ofSame:f0} ns more with every packet another flow");
    }

    [KernelTheory, InlineData(true), InlineData(false)]
    public void It_is_attached_until_it_is_disposed(bool isTcx) => PrivateNetwork.Run(() =>
    {
        PrivateNetwork.Ip("link add name left type veth peer name right");
        var link = new LinkIndex(int.Parse(PrivateNetwork.Ip("-o link show left").Split(':')[0]));
        using var program = FastPathProgram.Load();
        using (var attached = FastPathLink.Attach(program, link, isTcx))
        {
            Assert.Equal(isTcx, attached.IsTcx);
            Assert.Contains(isTcx ? "fastpath" : "fastpath_while_", Attached(), StringComparison.Ordinal);
        }
        Assert.DoesNotContain("fastpath", Attached(), StringComparison.Ordinal);
    });

    [KernelFact]
    public void A_filter_takes_the_place_of_one_that_was_left_and_leaves_that_of_another_process() =>
        PrivateNetwork.Run(() =>
        {
            PrivateNetwork.Ip("link add name left type veth peer name right");
            var link = new LinkIndex(int.Parse(PrivateNetwork.Ip("-o link show left").Split(':')[0]));
            using var old = FastPathProgram.Load();
            var left = FastPathLink.Attach(old, link, isTcx: false);
            using var program = FastPathProgram.Load();
            using (FastPathLink.Attach(program, link, isTcx: false))
            {
                left.Dispose();
                string filters = PrivateNetwork.Command("tc", "filter show dev left ingress");
                Assert.Single(filters.Split("fastpath_while_")[1..]);
            }
            Assert.DoesNotContain("fastpath", Attached(), StringComparison.Ordinal);
        });

    private static string Attached() =>
        PrivateNetwork.Command("bpftool", "net") + PrivateNetwork.Command("tc", "filter show dev left ingress");

    private static TwoPaths OfFlows(int count, out PlainPacket[] packets)
    {
        var flows = Shape.Of("a VIP and a port each").Flows(new Random(1), count);
        var paths = new TwoPaths();
        paths.Fill(flows, [.. flows.Select(flow => flow.Destinations[0].ToCidr())]);
        packets = [.. flows.Select((flow, i) => new PlainPacket(
            Nfqlb.Packets.PacketKind.Ports, PlainPacket.Tcp, PlainBlock.V4(0x0a00_0000 + (uint)i),
            flow.Destinations[0].First, 1_024 + i, flow.DestinationPorts[0].First, 0))];
        return paths;
    }

    private static double NanosecondsOf(TwoPaths paths, byte[][] frames)
    {
        long start = Stopwatch.GetTimestamp();
        foreach (byte[] frame in frames)
        {
            paths.Program.Try(frame);
        }
        return Stopwatch.GetElapsedTime(start).TotalNanoseconds / frames.Length;
    }

    private static double Least(int times, Func<double> measure) =>
        Enumerable.Range(0, times).Min(_ => measure());
}

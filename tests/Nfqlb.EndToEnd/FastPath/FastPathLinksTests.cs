using System.Text.Json;
using Nfqlb.EndToEnd.Lab;
using Nfqlb.EndToEnd.Packets;
using Xunit.Abstractions;

namespace Nfqlb.EndToEnd.FastPath;

/// <summary>Where links come and go, or others take the program away, it is attached again; `status` and `why` tell.
/// </summary>
[BesideOthers]
public sealed class FastPathLinksTests(ITestOutputHelper output)
{
    private const string Pool = "web", Late = "late";
    private const string Tuple4 = "198.18.0.1:1000 203.0.113.1:80";

    [KernelFact]
    public void It_is_attached_where_links_come_and_go() => OnTestbed(testbed =>
    {
        Assert.Contains($"warn  fast-path  not at {Late}: there is no such link", Status(testbed));
        Assert.Contains("ok    fast-path  on at client, straight to the links of targets", Status(testbed));
        Send(testbed);

        testbed.MakeClientLinkAnew();
        WaitFor(testbed, "client", "on");
        Eventually.True(() => Why(testbed).EndsWith("straight to the target's link"), "the exit is known again");
        Send(testbed);

        testbed.Balancer.Host.Shell($"ip link add {Late} type veth peer name other");
        WaitFor(testbed, Late, "on");
        Assert.Contains($"ok    fast-path  on at client, {Late}", Status(testbed));
        testbed.Balancer.Host.Shell($"ip link set {Late} name another");
        WaitFor(testbed, Late, "there is no such link");
    }, $"--fast-path=client,{Late}", "--fast-path-exit=redirect");

    [KernelFact]
    public void It_is_attached_again_where_somebody_has_taken_it_away() => OnTestbed(testbed =>
    {
        int flowlb = JsonDocument.Parse(testbed.Balancer.Nfqlb("status", "--json").Stdout).RootElement
            .GetProperty("findings").EnumerateArray().Select(finding => finding.GetProperty("what").GetString()!)
            .Where(what => what.Contains("pid ")).Select(what => int.Parse(what.Split("pid ")[1].Split(',', ')')[0]))
            .First();
        // What `bpftool link detach` does.
        testbed.Balancer.Host.Shell($$"""
            # A descriptor may be closed between the listing and the look; that of the link is not.
            id=$({ cat /proc/{{flowlb}}/fdinfo/* 2>/dev/null || :; } | awk '$1 == "link_id:" { print $2 }')
            [ "$id" ]
            perl -e 'my $bpf = $ARGV[1] eq "x86_64" ? 321 : 280;
                my $link = pack("Lx124", $ARGV[0]);
                my $fd = syscall($bpf, 30, $link, 128);
                die "no link: $!" if $fd < 0;
                my $gone = pack("Lx124", $fd);
                die "not detached: $!" if syscall($bpf, 34, $gone, 128) < 0;' $id $(uname -m)
            """);
        _flowlb!.WaitUntil(() => _flowlb.Stderr.Contains("somebody has taken the program away"), "noticed");
        WaitFor(testbed, "client", "on");
        Send(testbed);
    }, FastBed.Option);

    /// <summary>Rules made by hand without the one that the docs ask for.</summary>
    [KernelFact]
    public void Who_decides_a_packet_is_told_and_that_it_is_decided_twice() => OnTestbed(testbed =>
    {
        Assert.Equal("kernel, at client", Why(testbed));
        Assert.Equal("queue: it is ICMP", Why(testbed, "198.18.0.1:1000 203.0.113.1:7 icmp"));
        testbed.Balancer.Nfqlb(
            "flow-set", "--name=bytes", $"--target={Pool}", "--prio=9", "--protocols=tcp", "--match=tcp[13:1]&0x2=0x0")
            .MustSucceed();
        Assert.Equal("queue: flow bytes may go before, and matches bytes", Why(testbed));
        testbed.Balancer.Nfqlb("flow-delete", "--name=bytes").MustSucceed();
        testbed.Balancer.Host.Shell(
            "iptables -t mangle -A PREROUTING -d 203.0.113.200 -j NFQUEUE --queue-balance 0:3");
        const string twice = "ip mangle PREROUTING queues what the kernel has decided";
        Assert.Contains(twice, Status(testbed));
        foreach (int mark in testbed.Marks)
        {
            testbed.Balancer.Host.Shell($"iptables -t mangle -I PREROUTING -m mark --mark {mark} -j ACCEPT");
        }
        Assert.DoesNotContain(twice, Status(testbed));
    }, FastBed.Option, "--fast-path-vips=203.0.113.200/32");

    private BackgroundProcess? _flowlb;

    private static void Send(Testbed testbed)
    {
        const int Packets = 200;
        long Decided() => FastBed.Packets(testbed, "decided") + FastBed.Packets(testbed, "redirected");
        long before = Decided();
        FastBed.Send(testbed, Packets);
        Assert.Equal(Packets, Decided() - before);
    }

    private static void WaitFor(Testbed testbed, string link, string state) => Eventually.True(
        () => testbed.Balancer.Counters().GetProperty("fast_path").GetProperty("links").EnumerateArray()
            .Single(one => one.GetProperty("link").GetString() == link).GetProperty("state").GetString() == state,
        $"{link}: {state}");

    private static string Status(Testbed testbed) => testbed.Balancer.Nfqlb("status").Stdout;

    private static string Why(Testbed testbed, string tuple = Tuple4)
    {
        CommandResult why = testbed.Balancer.Nfqlb(["why", .. tuple.Split(' ')]);
        return why.Stdout.Split('\n').Single(line => line.StartsWith("path ")).Split(' ', 2)[1].Trim();
    }

    private void OnTestbed(Action<Testbed> test, params string[] options) =>
        UndisturbedTestbed.Run(2, output, testbed =>
        {
            FastBed.Prepare(testbed);
            testbed.Balancer.CreatePool(Pool, 997, 10, testbed.Marks);
            _flowlb = FastBed.Start(testbed, options);
            testbed.Balancer.Nfqlb("flow-set", "--name=all", $"--target={Pool}").MustSucceed();
            Eventually.True(() => FastBed.StateOf(testbed) == "on", "the kernel knows the flow");
            test(testbed);
        });
}

using System.Diagnostics;
using Nfqlb.EndToEnd.Lab;
using Nfqlb.EndToEnd.Watching;
using Xunit.Abstractions;

namespace Nfqlb.EndToEnd.Serve;

/// <summary>A route stands in a table while a virtual address can be served, and not a moment longer.</summary>
[BesideOthers]
public sealed class AnnounceTests(ITestOutputHelper output) : IDisposable
{
    private const string Vip4 = "203.0.113.10";
    private const string Vip6 = "2001:db8:99::1";

    /// <summary>A queue is stuck when nothing has moved for two seconds.</summary>
    private static readonly TimeSpan Stuck = TimeSpan.FromSeconds(2) + ServedHost.Soon;

    private readonly ServedHost _host = new();

    public void Dispose() => _host.Dispose();

    [KernelFact]
    public void It_goes_with_the_last_target_and_comes_back_and_what_others_take_away_is_put_back()
    {
        Start();
        WaitUntil(announced: true);
        Assert.Equal(1, _host.Metrics()[$$"""nfqlb_vip_announced{vip="{{Vip4}}/32"}"""]);
        Assert.Contains("ok    announce   2 announced in table 4000", _host.Nfqlb("status").Stdout);

        _host.Replace("lb.yaml", Asking());
        WaitUntil(announced: false);
        Assert.Contains(
            "0 of the targets of pool [web] can take packets, and 1 must", _host.Nfqlb("status").Stdout);
        Assert.Equal(0, _host.Metrics()[$$"""nfqlb_vip_announced{vip="{{Vip6}}/128"}"""]);
        _host.Replace("lb.yaml", Asking(0, 1));
        WaitUntil(announced: true);

        _host.Host.Shell("ip route add 198.51.100.0/24 dev lb table 4000");
        foreach (string drift in (string[])
        [
            $"ip route del {Vip4} table 4000; ip -6 route del {Vip6} table 4000",
            "ip link set nfqlb-announce down",
            "ip link delete nfqlb-announce",
        ])
        {
            _host.Host.Shell(drift);
            WaitUntil(announced: true);
        }
        Assert.Contains("198.51.100.0/24 dev lb", Routes());

        // What is not queued does not go back to the router.
        _host.Host.Shell("ip route add default via 10.1.0.2");
        Assert.Contains("dev nfqlb-announce", _host.Host.Shell($"ip route get {Vip4} from 10.1.0.7 iif lb").Stdout);
        Assert.Contains("dev nfqlb-announce", _host.Host.Shell($"ip -6 route show {Vip6}").Stdout);

        // No other command knows these routes.
        _host.Nfqlb("apply", "-f", _host.PathOf("lb.yaml")).MustSucceed();
        Assert.True(IsAnnounced);
        _host.Nfqlb("reset", "--all").MustSucceed();
        WaitUntil(announced: false);
        Assert.Contains("198.51.100.0/24 dev lb", Routes());
    }

    [KernelFact]
    public void A_kill_takes_it_away_and_an_end_withdraws_before_it_ends()
    {
        BackgroundProcess killed = Start();
        WaitUntil(announced: true);
        killed.Signal(PosixSignalNumber.Kill);
        killed.WaitForEnd();
        Assert.False(IsAnnounced);
        Assert.NotEqual(0, _host.Host.Run("ip", "link", "show", "nfqlb-announce").ExitCode);

        BackgroundProcess ended = Start("--withdraw-wait=1500");
        WaitUntil(announced: true);
        ended.Signal(PosixSignalNumber.Terminate);
        WaitUntil(announced: false);
        Assert.False(ended.HasEnded);
        Assert.Contains("inet nfqlb", _host.Host.Run("nft", "list", "tables").Stdout);
        Assert.Equal(0, ended.WaitForEnd().ExitCode);
    }

    [KernelFact]
    public void It_stands_all_the_time_while_another_process_takes_over()
    {
        BackgroundProcess old = Start();
        WaitUntil(announced: true);
        BackgroundProcess monitor = _host.Host.Start("ip", "monitor", "route", "link");
        Probe(monitor, "198.51.100.1");
        for (int i = 0; i < 3; i++)
        {
            BackgroundProcess next = Start("--takeover");
            Assert.Equal(0, old.WaitForEnd().ExitCode);
            next.WaitForOutput("notice announced");
            old = next;
        }
        Thread.Sleep(500);
        Probe(monitor, "198.51.100.2");
        Assert.DoesNotContain(Vip4, monitor.Stdout);
        Assert.DoesNotContain(Vip6, monitor.Stdout);
        // That others join is told of the link, which is up all the time.
        Assert.All(
            monitor.Stdout.Split('\n').Where(line => line.Contains("nfqlb-announce")),
            line => Assert.Matches("^[0-9]+: nfqlb-announce: .*,UP,LOWER_UP>", line));

        // flowlb announces nothing.
        _host.Balancer.StartFlowlb("0:3", "--takeover");
        Assert.Equal(0, old.WaitForEnd().ExitCode);
        Assert.False(IsAnnounced);
    }

    [KernelFact]
    public void Packets_that_go_to_queues_that_this_process_does_not_read_are_not_called_here()
    {
        Start();
        WaitUntil(announced: true);
        _host.Replace("lb.yaml", Asking(0, 1).Replace("0:3", "4:5"));
        WaitUntil(announced: false);
        Assert.Contains(
            "its packets go to queues 4:5, and this balancer reads 0:3", _host.Nfqlb("status").Stdout);
    }

    [KernelFact]
    public void An_address_that_goes_from_the_file_is_withdrawn_while_its_packets_are_still_queued()
    {
        Start("--withdraw-wait=1500");
        WaitUntil(announced: true);
        _host.Replace("lb.yaml", Asking(0, 1).Replace($"  - prefix: \"{Vip6}/128\"\n", ""));
        Eventually.True(() => !Routes().Contains(Vip6), "its route to go", ServedHost.Soon);
        Assert.Contains(Vip6, _host.Host.Run("nft", "list", "ruleset").Stdout);
        Eventually.True(
            () => !_host.Host.Run("nft", "list", "ruleset").Stdout.Contains(Vip6), "it to be queued no more",
            ServedHost.Soon);
        Assert.Contains($"{Vip4} dev nfqlb-announce", Routes());

        // The same address again is announced again.
        _host.Replace("lb.yaml", Asking(0, 1));
        WaitUntil(announced: true);

        // As by the file, so by a command.
        Assert.Equal("", _host.Nfqlb("vip-delete", $"--vips={Vip6}").MustSucceed().Stderr);
        Assert.DoesNotContain(Vip6, _host.Host.Run("nft", "list", "ruleset").Stdout);
        Assert.Equal(2, _host.Nfqlb("events").Stdout.Split('\n').Count(
            line => line.Contains($"withdrawn: {Vip6}/128: its packets will be queued no more")));
        Assert.Contains($"{Vip4} dev nfqlb-announce", Routes());
    }

    /// <summary>Packets wait in the queue of a worker that does not take them.</summary>
    [KernelFact]
    public void It_goes_when_a_worker_hangs_and_comes_back_with_it()
    {
        BreakingLibrary.Compile(_host.Host);
        _host.Replace("lb.yaml", Asking(0, 1));
        _host.Host.Start([.. BreakingLibrary.InFront, .. _host.Words("lb.yaml")]).WaitForOutput(ServedHost.Started);
        WaitUntil(announced: true);
        _host.Host.Shell("touch /dev/shm/worker-hangs");
        long hung = Stopwatch.GetTimestamp();
        string station = _host.Host.Shell("ip link show lb").Stdout.Split("ether ")[1].Split(' ')[0];
        BackgroundProcess packets = _host.Host.Start(
            Executables.Traffic, "inject", "--dev=lb-end", $"--mac={station}", $"--dst={Vip4}", "--dport=80",
            "--proto=tcp", "--rate=100", "--seconds=20");
        WaitUntil(announced: false, Stuck);
        output.WriteLine($"withdrawn {Stopwatch.GetElapsedTime(hung).TotalSeconds:0.0} s after the worker hung");
        Assert.Contains("is not announced since", _host.Nfqlb("status").Stdout);

        _host.Host.Shell("rm /dev/shm/worker-hangs");
        WaitUntil(announced: true);
        packets.Stop();
    }

    /// <summary>With the example of the documentation.</summary>
    [KernelFact]
    public void A_router_learns_it_by_bgp_from_bird_and_loses_it_with_a_kill()
    {
        NetworkNamespace router = _host.AddNetworkNamespace("router");
        _host.Host.Shell("""
            ip link add uplink type veth peer name downlink netns router
            ip link set uplink up
            ip address add 192.0.2.2/30 dev uplink
            ip -n router link set downlink up
            ip -n router address add 192.0.2.1/30 dev downlink
            """);
        StartBird(_host.Host, "lb", Example());
        StartBird(router, "router", """
            router id 192.0.2.1;
            protocol device {}
            protocol kernel { ipv4 { import none; export all; }; }
            protocol bgp {
              local 192.0.2.1 as 65000;
              neighbor 192.0.2.2 as 65001;
              connect delay time 1;
              error wait time 1, 2;
              ipv4 { import all; export none; };
            }
            """);
        bool IsLearnt() => router.Run("ip", "route", "show", Vip4).Stdout.Contains("via 192.0.2.2");
        for (int i = 0; i < 3; i++)
        {
            BackgroundProcess serve = Start();
            Eventually.True(IsLearnt, "the router to learn the address", TimeSpan.FromSeconds(30));
            serve.Signal(PosixSignalNumber.Kill);
            long killed = Stopwatch.GetTimestamp();
            Eventually.True(() => !IsLearnt(), "the router to lose the address", ServedHost.Soon);
            output.WriteLine($"lost {Stopwatch.GetElapsedTime(killed).TotalMilliseconds:f0} ms after the kill");
            serve.WaitForEnd();
        }
    }

    private static string Example()
    {
        string text = File.ReadAllText(Path.Combine(Executables.RepositoryRoot, "docs", "announce.md"));
        int section = text.IndexOf("## BIRD 2", StringComparison.Ordinal);
        int begin = text.IndexOf("```\n", section, StringComparison.Ordinal);
        return text[(begin + 4)..text.IndexOf("```", begin + 4, StringComparison.Ordinal)];
    }

    private void StartBird(NetworkNamespace place, string name, string configuration)
    {
        _host.Replace($"{name}.conf", configuration);
        string shm = $"/dev/shm/bird-{name}";
        place.Start(
            "/usr/sbin/bird", "-f", "-c", _host.PathOf($"{name}.conf"), "-s", $"{shm}.ctl", "-P", $"{shm}.pid");
    }

    /// <summary>It hears what happens, and has heard all that has happened. A route that is replaced by itself is no
    /// news.</summary>
    private void Probe(BackgroundProcess monitor, string address) => monitor.WaitUntil(
        () =>
        {
            _host.Host.Shell($"ip route del {address} 2>/dev/null || true; ip route add {address} dev lb");
            return monitor.Stdout.Contains(address);
        },
        $"a route to {address}");

    private BackgroundProcess Start(params string[] options)
    {
        _host.Replace("lb.yaml", Asking(0, 1));
        return _host.Start("lb.yaml", [ServedHost.Http, .. options]);
    }

    private static string Asking(params int[] slots) => $"{ServedHost.File(slots)}announce: {{table: 4000}}\n";

    /// <summary>The table is none before its first route.</summary>
    private string Routes() =>
        _host.Host.Shell("ip route show table 4000 || true; ip -6 route show table 4000 || true").Stdout;

    private bool IsAnnounced => Routes() is var routes && routes.Contains($"{Vip4} dev nfqlb-announce proto 79")
        && routes.Contains($"{Vip6} dev nfqlb-announce proto 79");

    private void WaitUntil(bool announced, TimeSpan? limit = null) => Eventually.True(
        () => announced ? IsAnnounced : !Routes().Contains("nfqlb-announce"),
        announced ? "both addresses announced" : "no address announced", limit ?? ServedHost.Soon);
}

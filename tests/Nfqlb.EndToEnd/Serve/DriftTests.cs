using Nfqlb.EndToEnd.ControlPlane;
using Nfqlb.EndToEnd.Lab;
using Xunit.Abstractions;

namespace Nfqlb.EndToEnd.Serve;

/// <summary>What others change of what is ours is put back soon; what is theirs stays.</summary>
[BesideOthers]
public sealed class DriftTests(ITestOutputHelper output) : IDisposable
{
    private readonly ServedHost _host = new();

    public void Dispose() => _host.Dispose();

    [KernelFact]
    public void Rules_routes_tables_pools_and_flows_are_put_back()
    {
        _host.Host.Shell("""
            ip rule add fwmark 0x7000 lookup 50 pref 10004
            ip route add 198.51.100.0/24 dev lb
            ip route add 198.51.100.0/24 dev lb table 101
            nft add table inet other
            """);
        _host.Replace("lb.yaml", ServedHost.File(0, 1, 2));
        _host.Start("lb.yaml", ServedHost.Http);
        string before = _host.Essence;
        foreach (string drift in (string[])
        [
            "ip route flush table 101 proto 78",
            "ip -6 route flush table 102",
            "ip route add default via 10.1.9.9 table 103 metric 5 proto 78",
            "for i in 1 2 3; do ip rule del pref 10005 protocol 78; done",
            "ip rule add fwmark 0x66 lookup 103 pref 10000 protocol 78",
            "ip -6 rule flush protocol 78 || true",
            "nft delete table inet nfqlb",
            "nft flush set inet nfqlb vip4",
            $"{Executables.Nfqlb} deactivate --shm=web 101",
            $"{Executables.Nfqlb} activate --shm=web 999",
            $"{Executables.Nfqlb} delete --shm=web",
            $"{Executables.Nfqlb} flow-delete --name=http",
            $"{Executables.Nfqlb} flow-set --name=http --target=web --protocols=udp",
            "ip link set lb down; sleep 0.3; ip link set lb up; ip address replace fd00:1::1/64 dev lb nodad; "
                + "ip route add 198.51.100.0/24 dev lb; ip route add 198.51.100.0/24 dev lb table 101",
        ])
        {
            _host.Host.Shell(drift);
            TimeSpan time = _host.WaitForEssence(before, drift);
            Eventually.True(
                () => _host.Nfqlb("flow-list").Stdout.Contains("\"tcp\"")
                    && _host.Marks().SequenceEqual([101, 102, 103]),
                drift, ServedHost.Soon);
            output.WriteLine($"{time.TotalMilliseconds:f0} ms: {drift}");
        }
        Assert.True(_host.Metrics()["nfqlb_drift_mended_total"] >= 13);
        Assert.Contains("ok    state", _host.Nfqlb("status").Stdout);
    }

    /// <summary>`ip route replace` puts a route of its own in the place of ours: it is told, and stays.</summary>
    [KernelFact]
    public void A_route_of_somebody_else_in_the_place_of_ours_stays_and_is_told()
    {
        _host.Replace("lb.yaml", ServedHost.File(0, 1));
        _host.Start("lb.yaml");
        string before = _host.Essence;
        _host.Host.Shell("ip route replace default via 10.1.9.9 table 101; ip route del default table 102");
        _host.Process.WaitForOutput("cannot be put back");
        Eventually.True(
            () => _host.Host.Run("ip", "route", "show", "table", "102").Stdout.Contains("default via"),
            "the other one");
        Assert.Contains("via 10.1.9.9", _host.Host.Run("ip", "route", "show", "table", "101").Stdout);
        Assert.Contains("bad   config     cannot be put back: target [web/slot 0]", _host.Nfqlb("status").Stdout);

        _host.Host.Shell("ip route del default via 10.1.9.9 table 101");
        _host.WaitForEssence(before, "ours, when it is gone");
    }

    /// <summary>The kernel takes the routes away, and nobody else.</summary>
    [KernelFact]
    public void Routes_are_back_with_a_link_that_comes_and_goes_and_nobody_is_blamed()
    {
        _host.Replace("lb.yaml", ServedHost.File(0, 1));
        _host.Start("lb.yaml");
        string before = _host.Essence;
        for (int i = 0; i < 6; i++)
        {
            string down = $"ip link set lb down; sleep {(i % 2 == 0 ? 0.3 : 1.2)}";
            _host.Host.Shell($"{down}; ip link set lb up; ip address replace fd00:1::1/64 dev lb nodad");
            TimeSpan time = _host.WaitForEssence(before, $"routes after time {i + 1}");
            output.WriteLine($"{time.TotalMilliseconds:f0} ms: {down}");
            Assert.DoesNotContain("again and again", _host.Nfqlb("status").Stdout);
        }
        Assert.DoesNotContain("again and again", _host.Process.Stderr);
    }

    [KernelFact]
    public void A_hundred_routes_of_others_a_second_neither_keep_it_from_mending_nor_keep_it_busy()
    {
        _host.Replace("lb.yaml", ServedHost.File(0, 1));
        _host.Start("lb.yaml", ServedHost.Http);
        string before = _host.Essence;
        double looks = _host.Metrics().Sum("nfqlb_reconcile_total");
        double cpu = CpuSeconds();
        const int seconds = 6;
        BackgroundProcess churn = _host.Host.Start("bash", "-c", $$"""
            end=$((SECONDS + {{seconds}}))
            while [ $SECONDS -lt $end ]; do
                ip route add 198.51.100.0/24 dev lb; sleep 0.009; ip route del 198.51.100.0/24 dev lb; sleep 0.009
            done
            """);
        Thread.Sleep(TimeSpan.FromSeconds(2));
        _host.Host.Shell("ip route flush table 101 proto 78; nft delete table inet nfqlb");
        Eventually.True(
            () => _host.Host.Run("ip", "route", "show", "table", "101").Stdout.Contains("default via")
                && _host.Host.Run("nft", "list", "table", "inet", "nfqlb").ExitCode == 0,
            "what was taken away", ServedHost.Soon);
        Assert.False(churn.HasEnded);
        churn.WaitForEnd();

        cpu = CpuSeconds() - cpu;
        looks = _host.Metrics().Sum("nfqlb_reconcile_total") - looks;
        output.WriteLine($"{looks} looks and {cpu:f2} s of CPU in {seconds} s");
        Assert.InRange(looks, 1, 12);
        Assert.InRange(cpu, 0, seconds * 0.25);
        _host.WaitForEssence(before, "all of it");
    }

    private double CpuSeconds()
    {
        string[] fields = File.ReadAllText($"/proc/{_host.Process.Id}/stat").Split(") ")[1].Split(' ');
        return (long.Parse(fields[11]) + long.Parse(fields[12])) / 100.0;
    }
}

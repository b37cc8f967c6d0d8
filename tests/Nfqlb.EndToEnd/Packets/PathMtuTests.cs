using System.Net;
using System.Text.RegularExpressions;
using Nfqlb.EndToEnd.FastPath;
using Nfqlb.EndToEnd.Lab;
using Nfqlb.EndToEnd.Model;

namespace Nfqlb.EndToEnd.Packets;

/// <summary>
/// Large downloads over real TCP, whose answers meet a narrow link. The complaint about them goes to one of three
/// balancers, whichever the connection itself goes through, and has to reach the target. One of the balancers has only
/// queues; in the others the kernel decides what belongs to the connections.
/// </summary>
public sealed class PathMtuTests
{
    private const int Bytes = 400_000, ConnectionsPerFamily = 12;
    private const ushort Port = 8080;
    private const int WideSegment = 1400, NarrowSegment = BalancerTier.NarrowMtu - 52; // IPv4, TCP, a time stamp

    [KernelFact]
    public void Large_downloads_complete_once_the_target_has_learnt_how_narrow_the_way_is()
    {
        using var tier = new BalancerTier();
        PoolModel pool = new PoolModel(997, 10).Activate(tier.Marks);
        Start(tier);
        BackgroundProcess[] servers = [.. tier.Targets.Select(target => target.Host.Start(
            Executables.Traffic, "serve", $"--name={target.Mark}", $"--port={Port}").WaitForOutput("ready\n"))];

        CheckThatNothingArrivesWithoutTheComplaints(tier);
        HashSet<int> marks = [];
        foreach (PacketTuple connection in Connections())
        {
            string report = Download(tier, connection).MustSucceed().Stdout;
            Match parts = Regex.Match(report, $"^transfer server=(\\d+) port=(\\d+) bytes={Bytes} ");
            Assert.True(parts.Success, report);
            PacketTuple packet = connection with { SourcePort = ushort.Parse(parts.Groups[2].Value) };
            int? mark = pool.MarkFor(FlowHash.Of(packet, HashMode.SctpPortsOnly));
            Assert.Equal(mark, int.Parse(parts.Groups[1].Value));
            marks.Add(mark!.Value);
        }
        Assert.Equal(tier.Marks.Order(), marks.Order());

        CheckSegments(servers);
        CheckWays(tier);
        Assert.InRange(WithFastPath(tier).Sum(DecidedInKernel), ConnectionsPerFamily, long.MaxValue);
    }

    private static void Start(BalancerTier tier)
    {
        tier.Balancers[0].Balancer.CreatePool("lb-1", 997, 10, tier.Marks);
        foreach (TierBalancer balancer in tier.Balancers)
        {
            // They count what comes, and let it go on to the queues.
            balancer.Host.Shell("""
                iptables -t raw -A PREROUTING -p tcp
                iptables -t raw -A PREROUTING -p icmp --icmp-type fragmentation-needed
                ip6tables -t raw -A PREROUTING -p tcp
                ip6tables -t raw -A PREROUTING -p icmpv6 --icmpv6-type packet-too-big
                """);
            string[] fastPath = WithFastPath(tier).Contains(balancer) ? FastPathOptions(tier, balancer) : [];
            balancer.Balancer.StartFlowlb("0:3", fastPath);
            balancer.Balancer.Nfqlb("flow-set", "--name=web", "--target=lb-1", "--protocols=tcp", $"--dports={Port}")
                .MustSucceed();
        }
        foreach (TierBalancer balancer in WithFastPath(tier))
        {
            Eventually.True(
                () => FastBed.StateOf(balancer.Balancer) == "on", "the kernel knows the flow", FastBed.StartLimit);
        }
    }

    private static IEnumerable<TierBalancer> WithFastPath(BalancerTier tier) => tier.Balancers.Skip(1);

    /// <summary>Its rules are made by hand: what the kernel has decided must pass them by.</summary>
    private static string[] FastPathOptions(BalancerTier tier, TierBalancer balancer)
    {
        foreach (int mark in tier.Marks)
        {
            balancer.Host.Shell($"""
                iptables -t mangle -I PREROUTING -m mark --mark {mark} -j ACCEPT
                ip6tables -t mangle -I PREROUTING -m mark --mark {mark} -j ACCEPT
                """);
        }
        IEnumerable<string> vips =
            Testbed.VirtualAddresses.Select(address => $"{address}/{(Testbed.IsIPv6(address) ? 128 : 32)}");
        return [$"--fast-path={Testbed.Uplink}", $"--fast-path-vips={string.Join(',', vips)}"];
    }

    private static long DecidedInKernel(TierBalancer balancer) => balancer.Balancer.Counters()
        .GetProperty("fast_path").GetProperty("links")[0].GetProperty("decided").GetInt64();

    private static IEnumerable<PacketTuple> Connections() =>
        from isIPv6 in Tuples.Families
        from number in Enumerable.Range(1, ConnectionsPerFamily)
        // A client of its own each: what a target has learnt it knows by the client's address.
        select new PacketTuple(Tuples.Client(isIPv6, number), Tuples.VirtualAddress(isIPv6), PacketTuple.Tcp, 0, Port);

    private static CommandResult Download(BalancerTier tier, PacketTuple connection, double seconds = 10) =>
        tier.Client.Run(Words(connection.Source, connection.Destination, seconds));

    private static string[] Words(IPAddress from, IPAddress to, double seconds) =>
    [
        Executables.Traffic, "transfer", $"--from={from}", $"--to={to}", $"--port={Port}", $"--get={Bytes}",
        $"--seconds={seconds}",
    ];

    // The control: when every complaint is taken out in front of the balancers, a connection is made, and then hangs.
    private static void CheckThatNothingArrivesWithoutTheComplaints(BalancerTier tier)
    {
        const string Rules = """
            iptables {0} FORWARD -p icmp -j DROP
            ip6tables {0} FORWARD -p icmpv6 --icmpv6-type packet-too-big -j DROP
            """;
        tier.Spreader.Shell(string.Format(Rules, "-A"));
        BackgroundProcess[] downloads = [.. Tuples.Families.Select(isIPv6 => tier.Client.Start(
            Words(Tuples.Client(isIPv6, ConnectionsPerFamily + 1), Tuples.VirtualAddress(isIPv6), seconds: 1)))];
        foreach (BackgroundProcess download in downloads)
        {
            CommandResult result = download.WaitForEnd();
            Assert.Equal(1, result.ExitCode);
            Assert.Contains($"of {Bytes} bytes when the time was over", result.Stderr);
        }
        tier.Spreader.Shell(string.Format(Rules, "-D"));
    }

    private static void CheckSegments(BackgroundProcess[] servers)
    {
        const int Controls = 2; // their servers go on trying, and so learn it in the end
        MatchCollection Reports() => Regex.Matches(string.Concat(servers.Select(server => server.Stdout)),
            @"^sent bytes=(\d+) first_mss=(\d+) last_mss=(\d+)$", RegexOptions.Multiline);
        Eventually.True(() => Reports().Count == 2 * ConnectionsPerFamily + Controls, "a report of every download");
        (int Sent, int First, int Last)[] reports = [.. Reports().Select(report =>
            (int.Parse(report.Groups[1].Value), int.Parse(report.Groups[2].Value), int.Parse(report.Groups[3].Value)))];
        Assert.All(reports, report => Assert.True(report.First > WideSegment, $"{report}"));
        Assert.All(reports, report => Assert.InRange(report.Last, 1, NarrowSegment));
    }

    // The point of several balancers: connections go through all, complaints come to one for each family.
    private static void CheckWays(BalancerTier tier)
    {
        foreach (string tables in new[] { "iptables", "ip6tables" })
        {
            long[] segments = Count(tier, tables, rule: 1), complaints = Count(tier, tables, rule: 2);
            Assert.True(segments.Count(count => count > 0) > 1, $"all connections through one: {tables}");
            Assert.True(complaints.Sum() >= ConnectionsPerFamily, $"{complaints.Sum()} complaints: {tables}");
            Assert.Equal(1, complaints.Count(count => count > 0));
        }
    }

    private static long[] Count(BalancerTier tier, string tables, int rule) =>
        [.. tier.Balancers.Select(balancer => long.Parse(balancer.Host.Shell(
            $"{tables} -t raw -L PREROUTING {rule} -v -x -n | awk '{{print $1}}'").Stdout))];
}

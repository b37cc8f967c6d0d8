using Nfqlb.Flows;
using Nfqlb.Packets;
using Nfqlb.Planning.Model;
using Nfqlb.Planning.Objects;
using Nfqlb.Planning.Status;
using Nfqlb.Planning.Tests.Support;
using Nfqlb.Queues;
using Nfqlb.Routing;

namespace Nfqlb.Planning.Tests.Status;

/// <summary>Where a balancer is to be run that follows files, the remedy runs that.</summary>
public class ServeRemedyTests
{
    internal static readonly HostSnapshot Nothing = new()
    {
        Desired = new(DesiredState.Empty),
        Balancer = new((BalancerState?)null),
        Queues = new([]),
        Vips = new(QueuedVips.None),
        Pools = new([]),
        Network = new(new NetworkState()),
        Sysctls = new(SysctlValues.None),
        Observed = new(ObservedState.Empty),
    };

    private const string Run = "nfqlb flowlb --queue=0:3";

    private static readonly Cidr Vip = new(Address.FromIpv4(0xcb007101), 128);

    private static readonly QueueRule Rule = new(new QueueRange(new QueueNumber(0), new QueueNumber(3)));

    /// <summary>What is to be pasted runs what has run here, and follows the same files.</summary>
    [Fact]
    public void Where_serve_was_killed_serve_is_what_starts_again()
    {
        var asked = DesiredState.Empty with { Vips = [new DesiredVip(Vip)] };
        var host = Nothing with
        {
            Desired = new(asked),
            Source = new(asked with { Files = ["/etc/nfqlb/nfqlb.yaml", "/etc/it's here"] }),
            BalancerAddress = "unix:nfqlb",
            Vips = new(new QueuedVips([Vip], Rule, QueueKind.Native, WithoutConntrack: false)),
        };
        const string serve = @"nfqlb serve --config=/etc/nfqlb/nfqlb.yaml --config='/etc/it'\''s here'";
        string[] Of(HostSnapshot one) =>
            Said.By(HealthCheck.Of(one, _ => new RouteAnswer(null, null)));

        Assert.Contains($"Bad: no balancer answers at [unix:nfqlb] -> {serve}", Of(host));
        Assert.Contains(
            "Warn: nfqlb serve has followed /etc/nfqlb/nfqlb.yaml, /etc/it's here here: start it again with the "
                + "options that it had",
            Of(host));
        Assert.Contains($"Bad: nobody reads 0:3 of 0:3: packets are dropped -> {serve}", Of(host));
        var running = new BalancerState([])
        {
            Configuration = new("nfqlb.yaml"),
            Hindrances = ["queue 1 is not bound"],
        };
        Assert.Contains(
            $"Bad: queue 1 is not bound -> {serve} --takeover", Of(host with { Balancer = new(running) }));
        Assert.Contains(
            $"Bad: queue 1 is not bound -> {Run} --takeover",
            Of(host with { Balancer = new(running with { Configuration = null }) }));

        // By systemd that is, where it is a unit; older ones have not noted the files.
        Assert.Contains(
            "Bad: no balancer answers at [unix:nfqlb] -> systemctl restart nfqlb.service",
            Of(host with { Unit = "nfqlb.service" }));
        Assert.Contains($"Bad: no balancer answers at [unix:nfqlb] -> {Run}", Of(host with { Source = new(asked) }));
    }
}

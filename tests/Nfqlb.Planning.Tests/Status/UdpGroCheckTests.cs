using Nfqlb.Flows;
using Nfqlb.Planning.Model;
using Nfqlb.Planning.Status;
using Nfqlb.Planning.Tests.Support;
using Nfqlb.Routing;

namespace Nfqlb.Planning.Tests.Status;

/// <summary>Whom it is of use to hear of UDP GRO, and what.</summary>
public class UdpGroCheckTests
{
    [Theory]
    [InlineData("udp", true)]
    [InlineData("tcp,udp", true)]
    [InlineData("tcp,sctp", false)]
    [InlineData(null, false)]
    public void Flows_that_name_UDP(string? protocols, bool isFor)
    {
        var tcp = new FlowText { Name = "a", Target = "web", Protocols = "tcp" }.Parse();
        var flow = new FlowText { Name = "b", Target = "web", Protocols = protocols }.Parse();
        Assert.Equal(isFor, UdpGroCheck.IsFor([tcp, flow]));
        Assert.False(UdpGroCheck.IsFor([]));
    }

    [Fact]
    public void Links_on_which_packets_are_put_together_and_that_do_not_lead_to_targets()
    {
        Link[] links =
        [
            new(new(1), "lo", true, true, 65536),
            new(new(2), "eth0", true, true, 1500),
            new(new(3), "eth1", true, true, 1500),
            new(new(4), "eth2", true, HasCarrier: false, 1500),
            new(new(5), "eth0.7", true, true, 1500, "vlan"),
            new(new(6), "pod", true, true, 1500, "veth"),
            new(new(7), "nfqlb", true, true, 1500, "tun"),
        ];
        Assert.Equal(["eth0", "eth1", "pod"], UdpGroCheck.Receiving(links, []));
        Assert.Equal(["eth0", "pod"], UdpGroCheck.Receiving(links, ["eth1", "eth0.7"]));
        // All on one link: clients come by it too.
        Assert.Equal(["eth0"], UdpGroCheck.Receiving(links[..2], ["eth0"]));
        Assert.Empty(UdpGroCheck.Receiving(links[..1], []));
    }

    [Fact]
    public void What_is_off_and_can_be_on_is_told_with_its_command()
    {
        static string[] Of(params LinkFeature[] features) => Said.By(UdpGroCheck.Findings(["eth0"], features, []));
        const string what = "Hint: eth0 hands on each UDP packet by itself: bulk UDP costs several times as much; "
            + "in the file: links: {eth0: {rx-gro: true, rx-udp-gro-forwarding: true}} -> ";
        var gro = new LinkFeature("eth0", "rx-gro", IsActive: true, IsChangeable: true);
        var udp = new LinkFeature("eth0", "rx-udp-gro-forwarding", IsActive: false, IsChangeable: true);
        Assert.Equal([what + "ethtool -K eth0 rx-udp-gro-forwarding on"], Of(gro, udp));
        Assert.Equal(
            [what + "ethtool -K eth0 gro on rx-udp-gro-forwarding on"], Of(gro with { IsActive = false }, udp));
        Assert.Equal(
            [what + "ethtool -K eth0 gro on"], Of(gro with { IsActive = false }, udp with { IsActive = true }));
        Assert.Empty(Of(gro, udp with { IsActive = true }));
        Assert.Empty(Of(gro, udp with { IsChangeable = false }));
        // A kernel that has no such thing, or tells nothing.
        Assert.Empty(Of(gro));
        Assert.Empty(Of());
    }

    /// <summary>What is asked for and is not so is a difference, and told as such.</summary>
    [Fact]
    public void What_the_file_speaks_of_needs_no_advice()
    {
        LinkFeature[] off = [.. UdpGroCheck.Needed.Select(name => new LinkFeature("eth0", name, false, true))];
        string[] Of(params (string Name, bool IsOn)[] asked) => Said.By(UdpGroCheck.Findings(
            ["eth0"], off, [.. asked.Select(one => new DesiredFeature(new("eth0", one.Name), one.IsOn))]));
        Assert.Empty(Of((LinkFeature.UdpGroForwarding, false)));
        Assert.Empty(Of((LinkFeature.Gro, true), (LinkFeature.UdpGroForwarding, true)));
        Assert.EndsWith("ethtool -K eth0 gro on", Assert.Single(Of((LinkFeature.UdpGroForwarding, true))));
    }
}

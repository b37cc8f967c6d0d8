using Nfqlb.Flows;
using Nfqlb.Packets;
using Nfqlb.Planning.Explain;

namespace Nfqlb.Planning.Tests.Explain;

public class FlowChoiceTests
{
    private static readonly FlowText Http = new()
    {
        Name = "http", Target = "web", Protocols = "tcp", Destinations = "20.0.0.1/32", DestinationPorts = "80",
        Priority = "5",
    };

    [Theory]
    [InlineData("https", "dports", "443")]
    [InlineData("udp", "protocols", "udp")]
    [InlineData("other-vip", "dsts", "20.0.0.2/32")]
    [InlineData("others", "srcs", "10.9.0.0/16")]
    [InlineData("from-53", "sports", "53")]
    [InlineData("no-syn", "match", "tcp[13:1]&0x2=0x0")]
    public void A_flow_that_fails_by_one_condition_is_near_and_names_it(string name, string condition, string value)
    {
        var found = Find(Http, new FlowText
        {
            Name = name,
            Target = "web",
            Protocols = condition == "protocols" ? value : "tcp",
            Destinations = condition == "dsts" ? value : "20.0.0.1/32",
            Sources = condition == "srcs" ? value : null,
            DestinationPorts = condition == "dports" ? value : "80",
            SourcePorts = condition == "sports" ? value : null,
            Match = condition == "match" ? value : null,
        });
        Assert.Equal("http", found.Chosen?.Name.Text);
        Assert.Equal($"{name} nearly: not by its {condition} {value}", $"{Assert.Single(found.Near)}");
    }

    [Fact]
    public void One_that_fails_by_two_is_not_near() => Assert.Empty(Find(Http, new FlowText
    {
        Name = "far", Target = "web", Protocols = "udp", DestinationPorts = "53",
    }).Near);

    [Fact]
    public void One_that_accepts_too_goes_behind_by_priority_or_age()
    {
        var found = Find(Http, new FlowText { Name = "all", Target = "web" });
        Assert.Equal("http", found.Chosen?.Name.Text);
        Assert.Equal("all accepts it too, and goes behind", $"{Assert.Single(found.Near)}");
        Assert.Null(found.End);
    }

    [Fact]
    public void Where_none_accepts_the_way_ends()
    {
        var found = Find(new FlowText { Name = "udp", Target = "web", Protocols = "udp" });
        Assert.Null(found.Chosen);
        Assert.StartsWith("no flow accepts it", found.End);
        Assert.Single(found.Near);
    }

    [Fact]
    public void UDP_that_carries_SCTP_is_of_the_flow_that_asked_for_it()
    {
        var sctp = new FlowText { Name = "tunnel", Target = "web", Protocols = "sctp", UdpEncapsulation = "9899" };
        var found = Find("udp", "20.0.0.1:9899", isPromiscuousPing: false, sctp);
        Assert.Equal(("tunnel", true), (found.Chosen?.Name.Text, found.IsHelper));
        Assert.NotNull(found.End);
    }

    [Theory]
    [InlineData(true, "http")]
    [InlineData(false, null)]
    public void Ping_is_promiscuous_if_it_is_said_so(bool isPromiscuousPing, string? name) =>
        Assert.Equal(name, Find("icmp", "20.0.0.1:0", isPromiscuousPing, Http).Chosen?.Name.Text);

    private static FlowStation Find(params FlowText[] flows) => Find("tcp", "20.0.0.1:80", false, flows);

    private static FlowStation Find(
        string protocol, string destination, bool isPromiscuousPing, params FlowText[] flows)
    {
        string[] parts = destination.Split(':');
        Assert.True(Address.TryParse(parts[0], out var address));
        byte[] bytes = new Probe(
            new Endpoint(Address.FromIpv4(0x0a000001), 1000), new Endpoint(address, ushort.Parse(parts[1])),
            Enum.Parse<IpProtocol>(protocol, ignoreCase: true)).ToBytes();
        Packet.TryParse(bytes, out var packet);
        return FlowChoice.Find([.. flows.Select(flow => flow.Parse())], packet, bytes, isPromiscuousPing);
    }
}

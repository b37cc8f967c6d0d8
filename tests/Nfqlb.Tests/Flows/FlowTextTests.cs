using Nfqlb.Flows;

namespace Nfqlb.Tests.Flows;

/// <summary>Flows as text: each bad value is refused by a line that names the option, the value and the
/// reason.</summary>
public class FlowTextTests
{
    private static FlowText Sound => new()
    {
        Name = "flow-1",
        Target = "lb-1",
        Priority = "100",
        Protocols = "udp,tcp",
        Destinations = "10.0.0.0/32,1000::/128",
        Sources = "2000::/64,192.168.2.0/24",
        DestinationPorts = "22,200-300,44,20000",
        SourcePorts = "20000-30000",
        Match = "tcp[2:2]=22,udp[2:2]=22",
    };

    [Fact]
    public void Every_condition_is_read()
    {
        var flow = Sound.Parse();
        Assert.Equal("flow-1", flow.Name.Text);
        Assert.Equal("lb-1", flow.Target.Text);
        Assert.Equal(100, flow.Priority);
        Assert.Equal(Protocols.Tcp | Protocols.Udp, flow.Protocols);
        Assert.Equal(["::ffff:10.0.0.0/128", "1000::/128"], flow.Destinations.Select(cidr => cidr.ToString()));
        Assert.Equal(["2000::/64", "::ffff:192.168.2.0/120"], flow.Sources.Select(cidr => cidr.ToString()));
        Assert.Equal("22 44 200-300 20000", string.Join(' ', flow.DestinationPorts));
        Assert.Equal("20000-30000", string.Join(' ', flow.SourcePorts));
        Assert.Equal(["tcp[2:2]=0x16", "udp[2:2]=0x16"], flow.Matches.Select(match => match.ToString()));
        Assert.Null(flow.UdpEncapsulationPort);
    }

    [Fact]
    public void What_is_not_given_lets_everything_pass()
    {
        var flow = new FlowText { Name = "f", Target = "t" }.Parse();
        Assert.Equal(0, flow.Priority);
        Assert.Equal(Protocols.Any, flow.Protocols);
        Assert.Empty(flow.Destinations);
        Assert.Empty(flow.Sources);
        Assert.True(flow.DestinationPorts.IsAny);
        Assert.True(flow.SourcePorts.IsAny);
        Assert.Empty(flow.Matches);
        Assert.Null(flow.UdpEncapsulationPort);
    }

    [Theory]
    [InlineData("", Protocols.Any)] // A driver writes `--protocols=` for any.
    [InlineData("tcp", Protocols.Tcp)]
    [InlineData("TCP,Udp,sCtP", Protocols.Tcp | Protocols.Udp | Protocols.Sctp)]
    [InlineData("tcp,TCP,udp", Protocols.Tcp | Protocols.Udp)] // recorded
    public void Protocols_are_read_in_any_case_and_any_order(string text, Protocols expected) =>
        Assert.Equal(expected, new FlowText { Name = "f", Target = "t", Protocols = text }.Parse().Protocols);

    [Theory]
    [InlineData("0", null)]
    [InlineData("9899", 9899)]
    [InlineData("65535", 65535)]
    public void Udp_encapsulation_takes_a_port_or_0_for_none(string text, int? port)
    {
        var flow = new FlowText { Name = "f", Target = "t", Protocols = "sctp", UdpEncapsulation = text }.Parse();
        Assert.Equal(port, flow.UdpEncapsulationPort);
    }

    // The words up to the bracket are those of nfqlb 1.2.0.
    [Theory]
    [InlineData("name", null, "FAIL: no name")]
    [InlineData("name", "", "Invalid name []: empty")]
    [InlineData("name", "#a", "Invalid name [#a]: a leading '#' is for helper flows")]
    [InlineData("target", null, "FAIL: Couldn't create load-balancer: no target")]
    [InlineData("target", "", "FAIL: Couldn't create load-balancer: Invalid target []: empty")]
    [InlineData("target", "a/b", "FAIL: Couldn't create load-balancer: Invalid target [a/b]: '/' is not allowed")]
    [InlineData("priority", "-1", "Invalid prio [-1]: must be from 0 to 2147483647")]
    [InlineData("priority", "", "Invalid prio []: must be from 0 to 2147483647")]
    [InlineData("priority", "2147483648", "Invalid prio [2147483648]: must be from 0 to 2147483647")]
    [InlineData("protocols", "icmp", "Invalid protocols [icmp]: must be tcp, udp or sctp")]
    [InlineData("protocols", "tcp,,udp", "Invalid protocols []: must be tcp, udp or sctp")]
    [InlineData("protocols", "tcp, udp", "Invalid protocols [ udp]: must be tcp, udp or sctp")]
    [InlineData("dsts", "10.0.0.0", "Invalid dsts [10.0.0.0]: no prefix length")]
    [InlineData("dsts", "10.0.0.0/8,10.0.0.0/33", "Invalid dsts [10.0.0.0/33]: the prefix length must be from 0 to 32")]
    [InlineData("srcs", "::/129", "Invalid srcs [::/129]: the prefix length must be from 0 to 128")]
    [InlineData("srcs", "::/0,", "Invalid srcs []: no prefix length")]
    [InlineData("dports", "0", "Invalid dports [0]: a port must be from 1 to 65535")]
    [InlineData("dports", "80,70000", "Invalid dports [70000]: a port must be from 1 to 65535")]
    [InlineData("sports", "2-1", "Invalid sports [2-1]: the range ends before it begins")]
    [InlineData("match", "icmp[0:1]=1", "Match [icmp[0:1]=1] Doesn't match regexp")]
    [InlineData("match", "tcp[0:1]=1,", "Match [] Doesn't match regexp")]
    [InlineData("udpencap", "65536", "Invalid udpencap [65536]: must be from 0 to 65535")]
    [InlineData("udpencap", "9899", "FAIL: only sctp for udpencap, not [udp,tcp]")]
    public void A_bad_value_is_named(string option, string? value, string expected)
    {
        var text = Sound;
        Set(text, option, value);
        Assert.Equal(expected, Assert.Throws<FlowException>(() => text.Parse()).Message);
    }

    private static void Set(FlowText text, string option, string? value)
    {
        switch (option)
        {
            case "name": text.Name = value; break;
            case "target": text.Target = value; break;
            case "priority": text.Priority = value; break;
            case "protocols": text.Protocols = value; break;
            case "dsts": text.Destinations = value; break;
            case "srcs": text.Sources = value; break;
            case "dports": text.DestinationPorts = value; break;
            case "sports": text.SourcePorts = value; break;
            case "match": text.Match = value; break;
            case "udpencap": text.UdpEncapsulation = value; break;
            default: throw new ArgumentException(option);
        }
    }
}

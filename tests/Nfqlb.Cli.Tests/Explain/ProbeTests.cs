using Nfqlb.Cli.CommandLine;
using Nfqlb.Packets;
using Nfqlb.Planning.Explain;
using Nfqlb.Tests.Wire;

namespace Nfqlb.Cli.Tests.Explain;

/// <summary>The packet that is made up, against the builder of the tests.</summary>
public class ProbeTests
{
    public static TheoryData<string, string> Cases
    {
        get
        {
            var cases = new TheoryData<string, string>();
            foreach (string protocol in new[] { "tcp", "udp", "sctp", "icmp" })
            {
                cases.Add("4", protocol);
                cases.Add("6", protocol);
            }
            return cases;
        }
    }

    [Theory, MemberData(nameof(Cases))]
    public void It_has_the_key_of_a_packet_of_the_tests(string family, string protocol)
    {
        IpBuilder builder = family == "4" ? Ip.V4() : Ip.V6();
        byte[] expected = protocol switch
        {
            "tcp" => builder.Tcp(4660, 80),
            "udp" => builder.Udp(4660, 80),
            "sctp" => builder.Sctp(4660, 80),
            _ => builder.EchoRequest(4660),
        };
        var probe = family == "4"
            ? ProbeText.Parse($"{Ip.Client4}:4660", $"{Ip.Vip4}:80", protocol)
            : ProbeText.Parse($"[{Ip.Client6}]:4660", $"[{Ip.Vip6}]:80", protocol);
        Assert.Equal(Unparsable.None, Packet.TryParse(probe.ToBytes(), out var packet));
        Assert.Equal(Unparsable.None, Packet.TryParse(expected, out var wanted));
        Assert.Equal((wanted.Key, wanted.Kind, wanted.Part), (packet.Key, packet.Kind, packet.Part));
        Assert.NotEqual(default, packet.Key);
    }

    [Fact]
    public void Byte_matches_see_a_TCP_packet_that_opens_a_connection()
    {
        byte[] bytes = ProbeText.Parse("10.0.0.1:1", "20.0.0.1:2", "tcp").ToBytes();
        Assert.Equal(40, bytes.Length);
        Assert.Equal((0x50, 0x02), (bytes[32], bytes[33]));
    }

    [Theory]
    [InlineData("10.0.0.1:1", "[2000::1]:80", "tcp", "Invalid DST [[2000::1]:80]: not of the family of SRC")]
    [InlineData("10.0.0.1:1", "20.0.0.1:80", "gre", "Invalid PROTO [gre]: must be tcp, udp, sctp or icmp")]
    [InlineData("10.0.0.1", "20.0.0.1:80", "tcp", "No port in [10.0.0.1]")]
    [InlineData("10.0.0.1:1", "20.0.0.x:80", "tcp", "Parse address failed [20.0.0.x:80]")]
    [InlineData("10.0.0.1:1", "20.0.0.1:65536", "tcp", "Parse address failed [20.0.0.1:65536]")]
    public void What_is_no_tuple_is_refused(string source, string destination, string protocol, string complaint) =>
        Assert.Equal(
            complaint, Assert.Throws<UsageException>(() => ProbeText.Parse(source, destination, protocol)).Message);
}

using Nfqlb.Packets;
using Nfqlb.Planning.Explain;

namespace Nfqlb.Cli.CommandLine;

/// <summary>A packet that is asked about, as it is typed.</summary>
internal static class ProbeText
{
    /// <summary>Reads it.</summary>
    /// <exception cref="UsageException">It is no tuple.</exception>
    public static Probe Parse(string source, string destination, string protocol)
    {
        var from = EndpointText.Parse(source);
        var to = EndpointText.Parse(destination);
        if (from.Address.IsIpv4 != to.Address.IsIpv4)
        {
            throw UsageException.BadValue("DST", destination, "not of the family of SRC");
        }
        return new Probe(from, to, protocol switch
        {
            "tcp" => IpProtocol.Tcp,
            "udp" => IpProtocol.Udp,
            "sctp" => IpProtocol.Sctp,
            "icmp" => from.Address.IsIpv4 ? IpProtocol.Icmp : IpProtocol.Icmpv6,
            _ => throw UsageException.BadValue("PROTO", protocol, "must be tcp, udp, sctp or icmp"),
        });
    }
}

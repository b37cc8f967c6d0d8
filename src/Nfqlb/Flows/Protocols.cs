using Nfqlb.Packets;

namespace Nfqlb.Flows;

/// <summary>The protocols a flow can name. None named means any protocol.</summary>
[Flags]
public enum Protocols : byte
{
    /// <summary>Any protocol, also those without a name here.</summary>
    Any = 0,

    /// <summary>TCP.</summary>
    Tcp = 1,

    /// <summary>UDP.</summary>
    Udp = 2,

    /// <summary>SCTP.</summary>
    Sctp = 4,
}

/// <summary>Protocols by name and by number.</summary>
public static class ProtocolsExtensions
{
    /// <summary>True when a packet of this protocol passes.</summary>
    public static bool Includes(this Protocols protocols, IpProtocol protocol) =>
        protocols == Protocols.Any || (protocols & Of(protocol)) != 0;

    /// <summary>Reads one name, in any case.</summary>
    public static bool TryParse(ReadOnlySpan<char> name, out Protocols protocol)
    {
        protocol =
            name.Equals("tcp", StringComparison.OrdinalIgnoreCase) ? Protocols.Tcp
            : name.Equals("udp", StringComparison.OrdinalIgnoreCase) ? Protocols.Udp
            : name.Equals("sctp", StringComparison.OrdinalIgnoreCase) ? Protocols.Sctp
            : Protocols.Any;
        return protocol != Protocols.Any;
    }

    /// <summary>The names, in the order of nfqlb's listings.</summary>
    public static IEnumerable<string> Names(this Protocols protocols)
    {
        if (protocols.HasFlag(Protocols.Tcp))
        {
            yield return "tcp";
        }
        if (protocols.HasFlag(Protocols.Udp))
        {
            yield return "udp";
        }
        if (protocols.HasFlag(Protocols.Sctp))
        {
            yield return "sctp";
        }
    }

    private static Protocols Of(IpProtocol protocol) => protocol switch
    {
        IpProtocol.Tcp => Protocols.Tcp,
        IpProtocol.Udp => Protocols.Udp,
        IpProtocol.Sctp => Protocols.Sctp,
        _ => Protocols.Any,
    };
}

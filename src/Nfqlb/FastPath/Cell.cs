using Nfqlb.Flows;
using Nfqlb.Flows.Index;

namespace Nfqlb.FastPath;

/// <summary>The packets that come to one list: those to a prefix, within a range of destination ports.</summary>
/// <param name="Destination">Whoever comes here is for an address in it.</param>
/// <param name="Ports">And for one of these ports.</param>
internal readonly record struct Cell(Prefix Destination, PortRange Ports)
{
    /// <summary>Whether all packets here are for some of these ports.</summary>
    public bool IsWithin(PortRange ports) => ports.First <= Ports.First && ports.Last >= Ports.Last;

    /// <summary>Whether all packets here come from a block.</summary>
    /// <remarks>The program decides no IPv6 packet for an IPv4 address, so what comes to one is IPv4.</remarks>
    public bool ComesFrom(Cidr block) =>
        block.PrefixLength == 0
        || (IsForIpv4 && block.PrefixLength <= Cidr.Ipv4.PrefixLength && block.Contains(Cidr.Ipv4.Base));

    private bool IsForIpv4 =>
        Destination.Length >= Cidr.Ipv4.PrefixLength && Destination.Key.IsIpv4;
}

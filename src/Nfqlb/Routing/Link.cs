namespace Nfqlb.Routing;

/// <summary>A network interface: what `ip link` lists.</summary>
/// <param name="Index">Its number.</param>
/// <param name="Name">Its name, which may change.</param>
/// <param name="IsUp">An administrator has set it up.</param>
/// <param name="HasCarrier">There is something at its other end; never so while it is down.</param>
/// <param name="MtuBytes">The longest IP packet it takes.</param>
/// <param name="Kind">What the kernel has made it of: "veth", "vlan", "bond"; empty for hardware and for lo.</param>
public sealed record Link(
    LinkIndex Index, string Name, bool IsUp, bool HasCarrier, int MtuBytes, string Kind = "")
{
    /// <summary>Its packets have Ethernet headers (ARPHRD_ETHER).</summary>
    public bool IsEthernet { get; init; }

    /// <summary>Nobody on it is asked for his address, or told this host's (IFF_NOARP). Some kinds of links are never
    /// asked.</summary>
    public bool IsArpOff { get; init; }

    /// <summary>The bridge, bond or VRF that it is a part of; null for none.</summary>
    public LinkIndex? Master { get; init; }

    /// <summary>An XDP program sees what comes by it first.</summary>
    public bool HasXdp { get; init; }

    /// <summary>There is somebody on it who should be asked, and is not.</summary>
    public bool IsDeaf => IsArpOff && IsEthernet && Kind is not ("dummy" or "ipvlan" or "vrf");
}

using Nfqlb.Flows;
using Nfqlb.Packets;

namespace Nfqlb.Routing;

/// <summary>An entry of a routing table: what `ip route` lists.</summary>
/// <remarks>
/// Two are equal when they mean the same to the kernel, so that a wanted one can be compared with a listed one: what
/// the kernel fills in by itself (the metric of IPv6, lo for an unreachable one) is filled in here too.
/// </remarks>
/// <param name="Family">Of the packets it is for.</param>
/// <param name="Table">The table it is in.</param>
/// <param name="Type">What it does with a packet.</param>
/// <param name="Destination">The packets it is for; <see cref="Default"/> is for all.</param>
public sealed record Route(IpFamily Family, RoutingTable Table, RouteType Type, Cidr Destination)
{
    /// <summary>What IPv6 makes of no metric, and of 0: IP6_RT_PRIO_USER.</summary>
    private const uint Ipv6Metric = 1024;

    private readonly uint _metric = Family == IpFamily.Ipv6 ? Ipv6Metric : 0;

    /// <summary>The packets it is for.</summary>
    public Cidr Destination { get; } = FamilyAddress.Of(Family, Destination, nameof(Destination)).Value;

    /// <summary>The router to send to, of either family; null when the destination itself is on the link.</summary>
    public Address? Gateway { get; init; }

    /// <summary>The link to send by; null lets the kernel find the gateway's.</summary>
    public LinkIndex? Link { get; init; }

    /// <summary>The gateway is on the link even if no address there says so.</summary>
    public bool IsOnLink { get; init; }

    /// <summary>The address this host uses for packets of its own; null lets the kernel choose.</summary>
    public Address? Source { get; init; }

    /// <summary>Of routes to the same destination that with the least is used. In IPv6 0 is 1,024.</summary>
    public uint Metric
    {
        get => _metric;
        init => _metric = Family == IpFamily.Ipv6 && value == 0 ? Ipv6Metric : value;
    }

    /// <summary>Who made it.</summary>
    public RoutingProtocol Protocol { get; init; } = RoutingProtocol.Nfqlb;

    /// <summary>It has several gateways, or one that is an object of its own; only a listed route can, and which
    /// they are is not told here.</summary>
    public bool IsMultipath { get; init; }

    /// <summary>The kernel has properties of it that are not told here, such as an MTU; only a listed route
    /// can.</summary>
    public bool HasOtherProperties { get; init; }

    /// <summary>The words ip(8) takes for it, behind `ip route add`; a link by number, as if%d.</summary>
    public string Words
    {
        get
        {
            string type = Type == RouteType.Unicast ? "" : $"{Type} ".ToLowerInvariant();
            string via = Gateway is { } gateway ? $" via {ViaWords(gateway)}" : "";
            string dev = Link is { } link ? $" dev if{link}" : "";
            string onlink = IsOnLink ? " onlink" : "";
            string source = Source is { } address ? $" src {FamilyAddress.Words(address)}" : "";
            string metric = Metric == 0 ? "" : $" metric {Metric}";
            return $"{type}{FamilyAddress.Words(Family, Destination)}{via}{dev} table {Table}{onlink}{source}"
                + $"{metric} protocol {Protocol}";
        }
    }

    /// <summary>The destination that all packets of a family go to.</summary>
    public static Cidr Default(IpFamily family) => FamilyAddress.Everything(family);

    /// <summary>For messages: `ipv4 route default via 172.16.1.6 dev if4 table 101 protocol 78`.</summary>
    public override string ToString() => $"{(Family == IpFamily.Ipv4 ? "ipv4" : "ipv6")} route {Words}";

    private string ViaWords(Address gateway) =>
        FamilyOf(gateway) == Family ? FamilyAddress.Words(gateway) : $"inet6 {FamilyAddress.Words(gateway)}";

    /// <summary>The family of one of its gateways.</summary>
    /// <remarks>An IPv6 route has IPv6 gateways only, mapped ones among them.</remarks>
    public IpFamily FamilyOf(Address gateway) =>
        Family == IpFamily.Ipv4 && gateway.IsIpv4 ? IpFamily.Ipv4 : IpFamily.Ipv6;
}

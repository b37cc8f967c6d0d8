using System.Runtime.InteropServices;
using Nfqlb.Flows;
using Nfqlb.Linux.Interop;
using Nfqlb.Packets;
using static Nfqlb.Linux.Netlink.Uapi.UapiRtnetlink;

namespace Nfqlb.Linux.Netlink.Routing;

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
    public Cidr Destination { get; } = AddressAttribute.Of(Family, Destination, nameof(Destination)).Value;

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
    public bool IsMultipath { get; private init; }

    /// <summary>The kernel has properties of it that are not told here, such as an MTU; only a listed route
    /// can.</summary>
    public bool HasOtherProperties { get; private init; }

    /// <summary>The words ip(8) takes for it, behind `ip route add`; a link by number, as if%d.</summary>
    public string Words
    {
        get
        {
            string type = Type == RouteType.Unicast ? "" : $"{Type} ".ToLowerInvariant();
            string via = Gateway is { } gateway ? $" via {ViaWords(gateway)}" : "";
            string dev = Link is { } link ? $" dev if{link}" : "";
            string onlink = IsOnLink ? " onlink" : "";
            string source = Source is { } address ? $" src {AddressAttribute.Words(address)}" : "";
            string metric = Metric == 0 ? "" : $" metric {Metric}";
            return $"{type}{AddressAttribute.Words(Family, Destination)}{via}{dev} table {Table}{onlink}{source}"
                + $"{metric} protocol {Protocol}";
        }
    }

    /// <summary>The destination that all packets of a family go to.</summary>
    public static Cidr Default(IpFamily family) => AddressAttribute.Everything(family);

    /// <summary>True when this one, which was listed, is what was wanted. A link that was left to the kernel may be
    /// any.</summary>
    public bool Fulfils(Route wanted) => Equals(wanted.Link is null ? wanted with { Link = Link } : wanted);

    /// <summary>For messages: `ipv4 route default via 172.16.1.6 dev if4 table 101 protocol 78`.</summary>
    public override string ToString() => $"{(Family == IpFamily.Ipv4 ? "ipv4" : "ipv6")} route {Words}";

    /// <summary>Reads RTM_NEWROUTE; null for a family that is neither IPv4 nor IPv6.</summary>
    internal static Route? Decode(NetlinkMessage message)
    {
        var attributes = message.Read(out rtmsg header);
        var family = (IpFamily)header.rtm_family;
        if (family is not (IpFamily.Ipv4 or IpFamily.Ipv6))
        {
            return null;
        }

        uint table = header.rtm_table;
        uint metric = 0;
        int link = 0;
        Address? destination = null;
        Address? gateway = null;
        Address? source = null;
        bool isMultipath = false;
        bool hasOther = header.rtm_tos != 0 || header.rtm_src_len != 0;
        while (attributes.Next())
        {
            switch (attributes.Type)
            {
                case RTA_TABLE: table = attributes.UInt32; break;
                case RTA_PRIORITY: metric = attributes.UInt32; break;
                case RTA_OIF: link = (int)attributes.UInt32; break;
                case RTA_DST: destination = AddressAttribute.Read(attributes.Bytes); break;
                case RTA_GATEWAY: gateway = AddressAttribute.Read(attributes.Bytes); break;
                case RTA_VIA: gateway = ReadVia(attributes); break;
                case RTA_PREFSRC: source = AddressAttribute.Read(attributes.Bytes); break;
                case RTA_MULTIPATH or RTA_NH_ID: isMultipath = true; break;
                case RTA_CACHEINFO: hasOther |= attributes.Fixed<rta_cacheinfo>().rta_expires != 0; break;
                case RTA_PREF: hasOther |= attributes.UInt8 != 0; break; // 0 is medium, as it is by default.
                default: hasOther = true; break;
            }
        }

        // IPv6 says that what is unreachable is so by lo.
        bool hasNextHop = (RouteType)header.rtm_type is not
            (RouteType.Unreachable or RouteType.Blackhole or RouteType.Prohibit or RouteType.Throw);
        var block = AddressAttribute.Block(family, destination, header.rtm_dst_len);
        return new Route(family, new RoutingTable(table), (RouteType)header.rtm_type, block)
        {
            Gateway = gateway,
            Link = hasNextHop && link != 0 ? new LinkIndex(link) : null,
            IsOnLink = (header.rtm_flags & RTNH_F_ONLINK) != 0,
            Source = source,
            Metric = metric,
            Protocol = new RoutingProtocol(header.rtm_protocol),
            IsMultipath = isMultipath,
            HasOtherProperties = hasOther,
        };
    }

    /// <summary>Writes the content of RTM_NEWROUTE.</summary>
    internal void Encode(NetlinkWriter writer) => Encode(writer, ScopeOfNew());

    /// <summary>Writes the content of RTM_DELROUTE: of any scope, which the kernel sets by itself.</summary>
    internal void EncodeForDelete(NetlinkWriter writer) =>
        Encode(writer, Family == IpFamily.Ipv4 ? RT_SCOPE_NOWHERE : RT_SCOPE_UNIVERSE);

    private static Address ReadVia(NetlinkAttributes via) => via.Bytes.Length > sizeof(ushort)
        ? AddressAttribute.Read(via.Bytes[sizeof(ushort)..])
        : throw NetlinkException.Malformed($"a gateway of {via.Bytes.Length} bytes");

    /// <remarks>How far the destination is: without a gateway it is on the link (iproute2 sets the same).</remarks>
    private byte ScopeOfNew() => Family == IpFamily.Ipv4 && Type == RouteType.Unicast && Gateway is null
        ? RT_SCOPE_LINK
        : RT_SCOPE_UNIVERSE;

    private void Encode(NetlinkWriter writer, byte scope)
    {
        writer.Append(new rtmsg
        {
            rtm_family = (byte)Family,
            rtm_dst_len = Destination.LengthIn(Family),
            rtm_table = Table.InHeader,
            rtm_protocol = Protocol.Number,
            rtm_scope = scope,
            rtm_type = (byte)Type,
            rtm_flags = IsOnLink ? RTNH_F_ONLINK : 0,
        });
        if (Destination != Default(Family))
        {
            writer.Address(RTA_DST, Family, Destination.Base);
        }

        if (Gateway is { } gateway)
        {
            EncodeGateway(writer, gateway);
        }

        if (Table.InHeader == 0)
        {
            writer.UInt32(RTA_TABLE, Table.Id);
        }

        if (Source is { } source)
        {
            writer.Address(RTA_PREFSRC, Family, source);
        }

        if (Metric != 0)
        {
            writer.UInt32(RTA_PRIORITY, Metric);
        }

        if (Link is { } link)
        {
            writer.UInt32(RTA_OIF, (uint)link.Value);
        }
    }

    private void EncodeGateway(NetlinkWriter writer, Address gateway)
    {
        var family = FamilyOf(gateway);
        if (family == Family)
        {
            writer.Address(RTA_GATEWAY, family, gateway);
            return;
        }

        // struct rtvia: the family, host order, then the address.
        var via = writer.Value(RTA_VIA, sizeof(ushort) + (family == IpFamily.Ipv4 ? 4 : 16));
        MemoryMarshal.Write(via, (ushort)family);
        gateway.CopyTo(via[sizeof(ushort)..]);
    }

    private string ViaWords(Address gateway) =>
        FamilyOf(gateway) == Family ? AddressAttribute.Words(gateway) : $"inet6 {AddressAttribute.Words(gateway)}";

    /// <remarks>An IPv6 route has IPv6 gateways only, mapped ones among them.</remarks>
    private IpFamily FamilyOf(Address gateway) =>
        Family == IpFamily.Ipv4 && gateway.IsIpv4 ? IpFamily.Ipv4 : IpFamily.Ipv6;
}

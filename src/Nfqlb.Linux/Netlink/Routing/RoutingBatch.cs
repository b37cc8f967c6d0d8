using Nfqlb.Packets;
using Nfqlb.Routing;
using static Nfqlb.Linux.Netlink.Uapi.UapiIf;
using static Nfqlb.Linux.Netlink.Uapi.UapiIfLink;
using static Nfqlb.Linux.Netlink.Uapi.UapiNeighbour;
using static Nfqlb.Linux.Netlink.Uapi.UapiNetlink;
using static Nfqlb.Linux.Netlink.Uapi.UapiRtnetlink;

namespace Nfqlb.Linux.Netlink.Routing;

/// <summary>Changes of rules and routes to be sent together; each stands for itself.</summary>
public sealed class RoutingBatch
{
    /// <summary>How many changes.</summary>
    public int Count => Requests.Count;

    internal NetlinkBatch Requests { get; } = new();

    /// <summary>Makes a rule, behind those of its priority; EEXIST when there is one that <see
    /// cref="RoutingRule.Collides">collides</see> with it, which one may that differs from it.</summary>
    public void Add(RoutingRule rule)
    {
        using (Requests.Request(RTM_NEWRULE, NLM_F_CREATE | NLM_F_EXCL, rule))
        {
            rule.Encode(Requests.Writer);
        }
    }

    /// <summary>Takes a rule away; ENOENT when there is none.</summary>
    /// <remarks>The kernel takes the first that <see cref="RoutingRule.Deletes"/> tells, which may be another one: give
    /// rules of one's own that differ in little priorities of their own.</remarks>
    public void Delete(RoutingRule rule)
    {
        using (Requests.Request(RTM_DELRULE, 0, rule))
        {
            rule.Encode(Requests.Writer);
        }
    }

    /// <summary>Has the kernel ask a neighbour whether it is there, at once; its state tells what came of it.</summary>
    /// <param name="address">The neighbour's.</param>
    /// <param name="link">The link it is on.</param>
    /// <param name="isUsable">The kernel knows where it is, or did: then it is asked directly.</param>
    public void Ask(Address address, LinkIndex link, bool isUsable)
    {
        var family = address.IsIpv4 ? IpFamily.Ipv4 : IpFamily.Ipv6;
        string subject = $"neighbour {address.ToPlainString()}";
        using (Requests.Request(RTM_NEWNEIGH, isUsable ? NLM_F_REPLACE : NLM_F_CREATE, subject))
        {
            Requests.Writer.Append(new ndmsg
            {
                ndm_family = (byte)family,
                ndm_ifindex = link.Value,
                ndm_state = isUsable ? NUD_PROBE : (ushort)0,
                ndm_flags = isUsable ? (byte)0 : NTF_USE,
            });
            Requests.Writer.Address(NDA_DST, family, address);
        }
    }

    /// <summary>Keeps the kernel from giving a link an IPv6 address of its own, and sets it up.</summary>
    /// <remarks>Two changes: the kernel refuses the first where it has no IPv6.</remarks>
    public void SetUp(LinkIndex link)
    {
        using (Requests.Request(RTM_NEWLINK, 0, $"link {link}"))
        {
            Requests.Writer.Append(new ifinfomsg { ifi_index = link.Value });
            using (Requests.Writer.Nested(IFLA_AF_SPEC))
            using (Requests.Writer.Nested((ushort)IpFamily.Ipv6))
            {
                Requests.Writer.UInt8(IFLA_INET6_ADDR_GEN_MODE, IN6_ADDR_GEN_MODE_NONE);
            }
        }
        using (Requests.Request(RTM_NEWLINK, 0, $"link {link}"))
        {
            Requests.Writer.Append(new ifinfomsg
            {
                ifi_index = link.Value,
                ifi_flags = IFF_UP,
                ifi_change = IFF_UP,
            });
        }
    }

    /// <summary>Makes a route; EEXIST when its table has one to the destination with the same metric.</summary>
    public void Add(Route route) => New(route, NLM_F_CREATE | NLM_F_EXCL);

    /// <summary>Makes a route, in place of the one its table has to the destination with the same metric, whoever
    /// made that one. Packets see the old one or the new one.</summary>
    public void Replace(Route route) => New(route, NLM_F_CREATE | NLM_F_REPLACE);

    /// <summary>Takes a route away; ESRCH when there is none like it of the same maker.</summary>
    public void Delete(Route route)
    {
        using (Requests.Request(RTM_DELROUTE, 0, route))
        {
            route.EncodeForDelete(Requests.Writer);
        }
    }

    private void New(Route route, ushort flags)
    {
        using (Requests.Request(RTM_NEWROUTE, flags, route))
        {
            route.Encode(Requests.Writer);
        }
    }
}

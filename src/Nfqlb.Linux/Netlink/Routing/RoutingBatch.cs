using Nfqlb.Routing;
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

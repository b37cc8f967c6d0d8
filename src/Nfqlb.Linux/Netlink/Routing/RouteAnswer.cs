using Nfqlb.Linux.Interop;
using Nfqlb.Routing;

namespace Nfqlb.Linux.Netlink.Routing;

/// <summary>Which way a packet would go.</summary>
/// <param name="Route">The way: its table, gateway, link and source; null when the kernel refuses to tell one.</param>
/// <param name="Result">The kernel's refusal, in its own words; a success when it told a way.</param>
public sealed record RouteAnswer(Route? Route, NetlinkResult Result)
{
    /// <summary>What becomes of the packet; null when no table has a route for it (ENETUNREACH), or it may not come
    /// that way (EXDEV).</summary>
    /// <remarks>IPv4 tells of a route that drops packets by an error of its kind, without its table. EINVAL is that
    /// of a blackhole, and of a source no packet may have.</remarks>
    public RouteType? Type => Route?.Type ?? Result.Errno switch
    {
        LibC.EHOSTUNREACH => RouteType.Unreachable,
        LibC.EACCES => RouteType.Prohibit,
        LibC.EINVAL => RouteType.Blackhole,
        _ => null,
    };
}

using static Nfqlb.Linux.Netlink.Uapi.UapiNeighbour;

namespace Nfqlb.Linux.Netlink.Routing;

/// <summary>What the kernel knows of a neighbour's link-layer address. The numbers are the kernel's.</summary>
[Flags]
public enum NeighbourState : ushort
{
    /// <summary>Nothing yet.</summary>
    None = 0,

    /// <summary>It was asked for and has not answered yet.</summary>
    Incomplete = NUD_INCOMPLETE,

    /// <summary>It was heard of a short time ago.</summary>
    Reachable = NUD_REACHABLE,

    /// <summary>It was heard of long ago; it is used, and then asked again.</summary>
    Stale = NUD_STALE,

    /// <summary>It is used, and soon asked again.</summary>
    Delay = NUD_DELAY,

    /// <summary>It is being asked again.</summary>
    Probe = NUD_PROBE,

    /// <summary>It does not answer.</summary>
    Failed = NUD_FAILED,

    /// <summary>It needs no asking.</summary>
    NoArp = NUD_NOARP,

    /// <summary>An administrator wrote it down.</summary>
    Permanent = NUD_PERMANENT,
}

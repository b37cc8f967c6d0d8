namespace Nfqlb.Routing;

/// <summary>What the kernel knows of a neighbour's link-layer address. The numbers are the
/// kernel's (NUD_*, linux/neighbour.h).</summary>
[Flags]
public enum NeighbourState : ushort
{
    /// <summary>Nothing yet.</summary>
    None = 0,

    /// <summary>It was asked for and has not answered yet.</summary>
    Incomplete = 0x01,

    /// <summary>It was heard of a short time ago.</summary>
    Reachable = 0x02,

    /// <summary>It was heard of long ago; it is used, and then asked again.</summary>
    Stale = 0x04,

    /// <summary>It is used, and soon asked again.</summary>
    Delay = 0x08,

    /// <summary>It is being asked again.</summary>
    Probe = 0x10,

    /// <summary>It does not answer.</summary>
    Failed = 0x20,

    /// <summary>It needs no asking.</summary>
    NoArp = 0x40,

    /// <summary>An administrator wrote it down.</summary>
    Permanent = 0x80,
}

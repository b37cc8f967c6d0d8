namespace Nfqlb.Linux.Tests.FastPath;

/// <summary>What is odd about a packet.</summary>
internal enum FrameKind
{
    Ordinary,

    /// <summary>IPv4 options, or an IPv6 extension header.</summary>
    Extended,
    FirstFragment,
    LaterFragment,
    Vlan,

    /// <summary>Its MAC is another host's.</summary>
    OtherHost,

    /// <summary>By its IP header it ends before its ports.</summary>
    EndsEarly,

    /// <summary>By its IP header it is much longer than it is.</summary>
    PromisesMore,

    /// <summary>It has a mark already.</summary>
    Marked,
}

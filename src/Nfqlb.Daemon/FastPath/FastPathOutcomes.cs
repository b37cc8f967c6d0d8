namespace Nfqlb.Daemon.FastPath;

/// <summary>What becomes of a packet at the fast path, in the words of metrics, counters and docs.</summary>
internal static class FastPathOutcomes
{
    /// <summary>The place of the packets that the kernel has given to targets.</summary>
    public const int Decided = 0;

    /// <summary>The place of those that it looks at none of.</summary>
    public const int Paused = 1;

    /// <summary>The place of those that it has sent to the targets' links too.</summary>
    public const int Redirected = 12;

    /// <summary>By their number in native/fastpath/layout.h.</summary>
    public static readonly string[] Names =
    [
        "decided", "paused", "not_ours", "marked", "fragment", "ip_options", "protocol", "short", "flow", "pool",
        "changing", "draining", "redirected",
    ];
}

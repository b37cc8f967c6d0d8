using Nfqlb.Packets;

namespace Nfqlb.Fragments;

/// <summary>What is remembered of a fragmented packet.</summary>
internal struct FragmentEntry
{
    /// <summary>Which packet.</summary>
    public FragmentKey Key;

    /// <summary>Monotonic time, in nanoseconds.</summary>
    public long ExpiresAt;

    /// <summary>Whether the first fragment has come.</summary>
    public FragmentState State;

    /// <summary>Of the first fragment. Valid only when decided.</summary>
    public Verdict Verdict;

    /// <summary>Waiting: what is stored. Decided: what has passed.</summary>
    public Coverage Coverage;

    /// <summary>The fragments that wait. Empty unless waiting.</summary>
    public StoredFragments.Chain Waiting;
}

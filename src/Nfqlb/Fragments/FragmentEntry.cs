using Nfqlb.Packets;

namespace Nfqlb.Fragments;

/// <summary>What is remembered of a fragmented packet.</summary>
internal struct FragmentEntry
{
    /// <summary>Which packet.</summary>
    public FragmentKey Key;

    /// <summary>Of the key.</summary>
    public uint Hash;

    /// <summary>Monotonic time, in nanoseconds.</summary>
    public long ExpiresAt;

    /// <summary>From this time on no fragment makes it live longer. Monotonic, in nanoseconds.</summary>
    public long RenewableUntil;

    /// <summary>Whether the first fragment has come.</summary>
    public FragmentState State;

    /// <summary>Of the first fragment. Valid only when decided.</summary>
    public Verdict Verdict;

    /// <summary>The mark that the fragments which waited came with. 0 when none did.</summary>
    public uint CarriedMark;

    /// <summary>The lowest of its fragments. Valid only when passed on.</summary>
    public byte HopLimit;

    /// <summary>Waiting: what is stored. Decided: what has passed. Passed on: what was.</summary>
    public Coverage Coverage;

    /// <summary>The fragments that wait. Empty unless waiting.</summary>
    public StoredFragments.Chain Waiting;
}

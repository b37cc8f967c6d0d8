using Nfqlb.Packets;

namespace Nfqlb.Fragments;

/// <summary>How much is remembered of fragmented packets, and how long. Memory is taken once, at start.</summary>
public sealed record FragmentTableOptions
{
    /// <summary>Packets remembered at a time, together with <see cref="ExtraEntries"/>.</summary>
    public int Size { get; init; } = 500;

    /// <summary>Packets remembered beyond <see cref="Size"/>. The two are one in all but the name; nfqlb 1.2.0 needed
    /// the second for keys that met.</summary>
    public int ExtraEntries { get; init; } = 500;

    /// <summary>Fragments kept at a time that came before the first one of their packet; 0 to keep none.</summary>
    public int StoredFragments { get; init; } = 100;

    /// <summary>Longest fragment that can be kept, in bytes.</summary>
    public int MtuBytes { get; init; } = 1500;

    /// <summary>How long a packet is remembered, in milliseconds, from the last of its fragments that was not there
    /// before; these count for 15 seconds at most.</summary>
    public int TtlMilliseconds { get; init; } = 200;

    /// <summary>A packet is forgotten as soon as it has passed whole.</summary>
    public bool FreesCompletePackets { get; init; }

    /// <summary>Unknown to those who send, so that they cannot choose fragments that meet in the table.</summary>
    public HashSeed Seed { get; init; }
}

using Nfqlb.Packets;

namespace Nfqlb.Drain;

/// <summary>How long connections keep their targets when tables change, and how much is remembered for it.</summary>
public sealed record DrainOptions
{
    /// <summary>How long an entry drains after it has got another target, in nanoseconds; above 0.</summary>
    public long Nanoseconds { get; init; } = 60_000_000_000;

    /// <summary>Connections remembered at a time, by all pools.</summary>
    public int Connections { get; init; } = 65_536;

    /// <summary>UDP of which no opening was seen goes where the table says at once, not when the drain ends.</summary>
    public bool MovesUdp { get; init; }

    /// <summary>Unknown to those who send, so that they cannot choose connections that meet in memory.</summary>
    public HashSeed Seed { get; init; }

    /// <summary>Monotonic time, in nanoseconds.</summary>
    public required Func<long> Clock { get; init; }
}

using System.Collections.Immutable;

namespace Nfqlb.Planning.Objects;

/// <summary>Connections that stay with their targets while tables change, by the account of the balancer that runs.
/// </summary>
/// <param name="SecondsLeft">How long pools still drain, by their names; those that do not are missing.</param>
public sealed record DrainState(IReadOnlyDictionary<string, double> SecondsLeft)
{
    /// <summary>Nothing drains, or nobody tells.</summary>
    public static readonly DrainState None = new(ImmutableDictionary<string, double>.Empty);

    /// <summary>Connections that are remembered, of all pools.</summary>
    public int Connections { get; init; }

    /// <summary>How many can be at a time; 0 where none ever is.</summary>
    public int Room { get; init; }

    /// <summary>Those that were forgotten for want of room, since the balancer began.</summary>
    public long Evicted { get; init; }

    /// <summary>How long a pool still drains; null where it does not.</summary>
    public double? SecondsLeftOf(string pool) => SecondsLeft.TryGetValue(pool, out double left) ? left : null;

    /// <summary>`12 of 65536 connections remembered, 0 forgotten for want of room`.</summary>
    public string Memory => $"{Connections} of {Room} connections remembered, {Evicted} forgotten for want of room";
}

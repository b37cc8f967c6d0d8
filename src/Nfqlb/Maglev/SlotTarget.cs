namespace Nfqlb.Maglev;

/// <summary>The target in a slot of a pool.</summary>
/// <param name="Mark">The mark of its packets.</param>
public readonly record struct SlotTarget(FirewallMark Mark)
{
    /// <summary>Of one that says nothing about it.</summary>
    public const int DefaultWeight = 1;

    /// <summary>Its share of the table, relative to those of the others; 0 for none.</summary>
    public ushort Weight { get; init; } = DefaultWeight;

    /// <summary>0 is best; others stand by. See <see cref="PoolSettings.MinActive"/>.</summary>
    public ushort Priority { get; init; }

    /// <summary>What the operator asks of it.</summary>
    public TargetState State { get; init; }

    /// <summary>What a health check has found.</summary>
    public TargetHealth Health { get; init; }

    /// <summary>It is bad, and its connections stay with it all the same while tables change.</summary>
    public bool KeepsWhileBad { get; init; }

    /// <summary>How much of its weight it has.</summary>
    public Ramp Ramp { get; init; }

    /// <summary>The part of its weight that it has.</summary>
    public double EffectiveWeight => Weight * Ramp.Share;

    /// <summary>Its name; null in a pool that knows targets by slot.</summary>
    public TargetName? Name { get; init; }

    /// <summary>The same is asked of what stands in two slots; what a health check has found, and how far it has
    /// started, is another matter.</summary>
    public static bool AreAskedAlike(SlotTarget? one, SlotTarget? other) => one?.InPlaceOf(other) == other;

    /// <summary>This one as it comes into a slot: what a health check has found of the same mark there, and how far it
    /// has started, stays.</summary>
    public SlotTarget InPlaceOf(SlotTarget? there) =>
        there is { } old && old.Mark == Mark
            ? this with { Health = old.Health, KeepsWhileBad = old.KeepsWhileBad, Ramp = old.Ramp }
            : this;

    /// <summary>True when it may be given new connections.</summary>
    public bool CanTakePackets => State == TargetState.Up && Health != TargetHealth.Bad && Weight > 0;

    /// <summary>True when its connections may stay with it while tables change.</summary>
    public bool CanKeepConnections =>
        State != TargetState.Down && (Health != TargetHealth.Bad || KeepsWhileBad);
}

/// <summary>What the operator asks of a target.</summary>
public enum TargetState : byte
{
    /// <summary>Takes its share.</summary>
    Up = 0,

    /// <summary>Takes no new connections.</summary>
    Drain = 1,

    /// <summary>Takes nothing.</summary>
    Down = 2,
}

/// <summary>What a health check has found out about a target.</summary>
public enum TargetHealth : byte
{
    /// <summary>Nobody has checked.</summary>
    Unknown = 0,

    /// <summary>It answers.</summary>
    Good = 1,

    /// <summary>It does not answer.</summary>
    Bad = 2,
}

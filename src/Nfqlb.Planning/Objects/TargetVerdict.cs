using System.Globalization;
using Nfqlb.Maglev;

namespace Nfqlb.Planning.Objects;

/// <summary>What the checks of a target have found.</summary>
/// <param name="Pool">Its pool.</param>
/// <param name="Slot">Its slot.</param>
/// <param name="Target">Its name; where it has none, its slot in words.</param>
/// <param name="Health">The verdict, whatever the pool is told.</param>
public sealed record TargetVerdict(PoolName Pool, int Slot, string Target, TargetHealth Health)
{
    /// <summary>It is bad, and takes packets all the same, as too few are good.</summary>
    public bool IsUsedAnyway { get; init; }

    /// <summary>How much of its weight it has.</summary>
    public Ramp Ramp { get; init; }

    /// <summary>Since when the verdict is so, as people write it; null while there is none.</summary>
    public string? Since { get; init; }

    /// <summary>Why the last check did not pass; empty where it did, and before the first one.</summary>
    public string Error { get; init; } = "";

    /// <summary>How long the last check took; null before the first one.</summary>
    public TimeSpan? Latency { get; init; }

    /// <summary>Where it stands, as a key.</summary>
    public string Key => BalancerState.KeyOf(Pool.Text, Slot);

    /// <summary>`good, since 2026-11-28 10:00:00Z, last check 0.4 ms`, for people.</summary>
    public override string ToString() => PoolWords.Of(Health)
        + (IsUsedAnyway ? ", used all the same" : "")
        + (Ramp.IsWhole ? "" : $", with {Ramp} of its weight")
        + (Since is { } since ? $", since {since}" : "")
        + (Latency is { } took
            ? string.Create(CultureInfo.InvariantCulture, $", last check {took.TotalMilliseconds:f1} ms") : "")
        + (Error.Length > 0 ? $": {Error}" : "");
}

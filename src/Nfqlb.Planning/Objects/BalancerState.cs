using System.Collections.Immutable;
using System.Globalization;
using Nfqlb.Flows;
using Nfqlb.Maglev;

namespace Nfqlb.Planning.Objects;

/// <summary>The balancer that answers at the control address, by its own account.</summary>
/// <param name="Flows">Its flows, in their order.</param>
public sealed record BalancerState(IReadOnlyList<Flow> Flows)
{
    /// <summary>Its process; null when that cannot be seen from here.</summary>
    public int? ProcessId { get; init; }

    /// <summary>When it was started, as people write it; null with it.</summary>
    public string? Started { get; init; }

    /// <summary>Packets that the kernel gave it; null for nfqlb 1.2.0, which does not count them.</summary>
    public long? Packets { get; init; }

    /// <summary>Packets given to targets, by <see cref="KeyOf"/>; null with it.</summary>
    public IReadOnlyDictionary<string, long>? TargetPackets { get; init; }

    /// <summary>The marks in the slots of the pools that its flows lead to, by <see cref="KeyOf"/>, as it reads them;
    /// null with it.</summary>
    public IReadOnlyDictionary<string, int>? TargetMarks { get; init; }

    /// <summary>Why it does not do its work.</summary>
    public ImmutableArray<string> Hindrances { get; init; } = [];

    /// <summary>How far the files that it follows are in force; null where it follows none.</summary>
    public ConfigurationState? Configuration { get; init; }

    /// <summary>What checks of targets have found, by <see cref="KeyOf"/>.</summary>
    public IReadOnlyDictionary<string, TargetVerdict> Verdicts { get; init; } =
        ImmutableDictionary<string, TargetVerdict>.Empty;

    /// <summary>How its fast path stands; null where it has none.</summary>
    public FastPathState? FastPath { get; init; }

    /// <summary>The bits of marks that it writes.</summary>
    public MarkMask MarkMask { get; init; } = MarkMask.All;

    /// <summary>What of a packet it hashes.</summary>
    public HashMode HashMode { get; init; } = HashMode.SctpPorts;

    /// <summary>An echo request is accepted by any flow with its addresses.</summary>
    public bool IsPromiscuousPing { get; init; }

    /// <summary>Which pools drain, and what is remembered for it.</summary>
    public DrainState Drain { get; init; } = DrainState.None;

    /// <summary>The marks that it reads in a pool, by slot; none where it has none of that name, or does not tell.
    /// </summary>
    public IReadOnlyList<uint> MarksOf(PoolName pool)
    {
        var marks = new SortedList<int, uint>();
        foreach (var (key, mark) in TargetMarks ?? ImmutableDictionary<string, int>.Empty)
        {
            if (mark > 0 && key.LastIndexOf('/') == pool.Text.Length
                && key.StartsWith(pool.Text, StringComparison.Ordinal))
            {
                marks.Add(int.Parse(key.AsSpan(pool.Text.Length + 1), CultureInfo.InvariantCulture), (uint)mark);
            }
        }
        return [.. marks.Values];
    }

    /// <summary>A slot of a pool, as a key.</summary>
    public static string KeyOf(string pool, int slot) => $"{pool}/{slot}";
}

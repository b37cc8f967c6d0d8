using Nfqlb.Maglev;
using Nfqlb.Planning.Model;

namespace Nfqlb.Planning.Plans;

/// <summary>The slots of pools that a command is about. What somebody has done by hand to others, it leaves.</summary>
public sealed class SlotScope
{
    private readonly Func<PoolName, DesiredTarget, bool> _names;

    private SlotScope(Func<PoolName, DesiredTarget, bool> names) => _names = names;

    /// <summary>Pools hold what is wanted, and nothing else.</summary>
    public static SlotScope WholePools { get; } = new((_, _) => true) { IsWhole = true };

    /// <summary>All targets that are wanted; what others have put into further slots stays.</summary>
    public static SlotScope AllTargets { get; } = new((_, _) => true);

    /// <summary>Only what differs from what was wanted until now.</summary>
    public static SlotScope Differences { get; } = new((_, _) => false);

    /// <summary>Slots that nobody wants are emptied, also those that others have filled.</summary>
    public bool IsWhole { get; private init; }

    /// <summary>Differences, and targets that were named, though they may not differ.</summary>
    public static SlotScope Named(Func<PoolName, DesiredTarget, bool> names) => new(names);

    /// <summary>True for a target whose mark shall stand in its slot even where nothing else is wanted than
    /// before.</summary>
    public bool Names(PoolName pool, DesiredTarget target) => _names(pool, target);
}

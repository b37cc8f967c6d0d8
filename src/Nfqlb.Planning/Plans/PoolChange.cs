using Nfqlb.Maglev;
using Nfqlb.Planning.Objects;

namespace Nfqlb.Planning.Plans;

/// <summary>A pool comes, goes, or gets other targets.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Before">Null where none was.</param>
/// <param name="After">Null where none shall be.</param>
public sealed record PoolChange(PoolName Name, PoolMarks? Before, PoolMarks? After) : Change
{
    /// <summary>Memory of its own: a running balancer follows after a while.</summary>
    public bool IsReplacement => Before is not null && After is not null && !Before.IsLike(After);

    /// <inheritdoc/>
    public override Stage Stage => After is null ? Stage.DeletePools : IsDrain ? Stage.DrainPools : Stage.FillPools;

    /// <inheritdoc/>
    public override object Subject => Name;

    /// <inheritdoc/>
    public override Change Inverse => new PoolChange(Name, After, Before);

    /// <inheritdoc/>
    public override IEnumerable<string> Lines => LinesNaming(mark => $"{mark}");

    /// <summary>The same, with words for the targets of marks.</summary>
    public IEnumerable<string> LinesNaming(Func<int, string> wordsFor) => After is null
        ? [$"- pool {Name}"]
        : Before is not null && Before.IsLike(After)
            ? SlotLines(Before, After, wordsFor)
            : [$"{(Before is null ? '+' : '~')} pool {Name} {After}",
                .. SlotLines(PoolMarks.Of(After.Size, After.OwnMark), After, wordsFor)];

    /// <summary>Targets go, and none comes.</summary>
    private bool IsDrain
    {
        get
        {
            if (Before is null || !Before.IsLike(After!))
            {
                return false;
            }
            for (int slot = 0; slot < Before.Marks.Length; slot++)
            {
                if (Before.Marks[slot] != After!.Marks[slot] && After.Marks[slot] != PoolMarks.Empty)
                {
                    return false;
                }
            }
            return true;
        }
    }

    private IEnumerable<string> SlotLines(PoolMarks before, PoolMarks after, Func<int, string> wordsFor)
    {
        for (int slot = 0; slot < after.Marks.Length; slot++)
        {
            if (before.Marks[slot] == after.Marks[slot])
            {
                continue;
            }
            if (before.Marks[slot] != PoolMarks.Empty)
            {
                yield return $"- slot {slot} of {Name}: mark {wordsFor(before.Marks[slot])}";
            }
            if (after.Marks[slot] != PoolMarks.Empty)
            {
                yield return $"+ slot {slot} of {Name}: mark {wordsFor(after.Marks[slot])}";
            }
        }
    }
}

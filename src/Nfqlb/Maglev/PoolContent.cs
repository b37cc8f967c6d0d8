using System.Collections.Immutable;
using System.Runtime.InteropServices;

namespace Nfqlb.Maglev;

/// <summary>All that a pool is told, and that its table follows from.</summary>
/// <param name="Shape">What its memory is made for.</param>
/// <param name="Settings">What holds for the pool as a whole.</param>
/// <param name="Slots">N of them; null where the slot is empty.</param>
public sealed record PoolContent(PoolShape Shape, PoolSettings Settings, ImmutableArray<SlotTarget?> Slots)
{
    /// <summary>A pool without targets.</summary>
    public static PoolContent Empty(PoolShape shape, PoolSettings settings) =>
        Of(shape, settings, new SlotTarget?[shape.Size.Slots]);

    /// <summary>A pool with these targets.</summary>
    /// <param name="shape">What its memory is made for.</param>
    /// <param name="settings">What holds for the pool as a whole.</param>
    /// <param name="slots">N of them, which nobody changes any more.</param>
    public static PoolContent Of(PoolShape shape, PoolSettings settings, SlotTarget?[] slots) =>
        new(shape, settings, ImmutableCollectionsMarshal.AsImmutableArray(slots));

    /// <summary>The marks in the slots; -1 where a slot is empty.</summary>
    public int[] Marks => [.. Slots.Select(target => target?.Mark.Value ?? -1)];

    /// <summary>Other marks in the slots. Who keeps slot and mark keeps all else; a slot that is filled anew is filled
    /// with a plain target.</summary>
    /// <param name="marks">N of them, by slot; -1 where the slot is empty.</param>
    public PoolContent WithMarks(ReadOnlySpan<int> marks)
    {
        var slots = new SlotTarget?[Slots.Length];
        for (int slot = 0; slot < slots.Length; slot++)
        {
            var mark = new FirewallMark(marks[slot]);
            slots[slot] = marks[slot] < 0 ? null : Slots[slot] is { } old && old.Mark == mark ? old : new(mark);
        }
        return With(slots);
    }

    /// <summary>Other targets in the slots.</summary>
    /// <param name="slots">N of them, which nobody changes any more.</param>
    public PoolContent With(SlotTarget?[] slots) => Of(Shape, Settings, slots);

    /// <summary>Another health, and another part of their weight, of some targets, as far as they are still
    /// there.</summary>
    public PoolContent WithHealth(IEnumerable<SlotHealth> all)
    {
        SlotTarget?[] slots = [.. Slots];
        foreach (var told in all)
        {
            var (slot, mark, health) = told;
            if (slot < slots.Length && slots[slot] is { } target && target.Mark == mark)
            {
                slots[slot] = target with { Health = health, KeepsWhileBad = told.KeepsWhileBad, Ramp = told.Ramp };
            }
        }
        return With(slots);
    }

    /// <summary>The same is asked of both pools; what health checks have found, and how far targets have started, is
    /// another matter.</summary>
    public static bool AreAskedAlike(PoolContent? one, PoolContent? other)
    {
        bool areAlike = one is not null && other is not null ? one.IsLike(other) : one == other;
        for (int slot = 0; areAlike && slot < one?.Slots.Length; slot++)
        {
            areAlike = SlotTarget.AreAskedAlike(one.Slots[slot], other!.Slots[slot]);
        }
        return areAlike;
    }

    /// <summary>The same shape and settings, whatever the targets.</summary>
    public bool IsLike(PoolContent other) => Shape == other.Shape && Settings == other.Settings;

    /// <summary>The slot of the target of this name; null when there is none.</summary>
    public int? SlotOf(TargetName name)
    {
        for (int slot = 0; slot < Slots.Length; slot++)
        {
            if (Slots[slot]?.Name == name)
            {
                return slot;
            }
        }
        return null;
    }

    /// <summary>Another target in a slot; null to empty it.</summary>
    public PoolContent With(int slot, SlotTarget? target) => this with { Slots = Slots.SetItem(slot, target) };

    /// <summary>The same shape, settings and targets.</summary>
    public bool Equals(PoolContent? other) =>
        other is not null && IsLike(other) && Slots.AsSpan().SequenceEqual(other.Slots.AsSpan());

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Shape, Settings, Slots.Length);
}

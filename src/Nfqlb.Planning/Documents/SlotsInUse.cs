using Nfqlb.Maglev;
using Nfqlb.Planning.Model;

namespace Nfqlb.Planning.Documents;

/// <summary>Which target has which slot now. A target that keeps its slot keeps its connections.</summary>
public sealed class SlotsInUse
{
    /// <summary>In the place of a slot: none is asked for, or none is left.</summary>
    public const int NoSlot = -1;

    private readonly Dictionary<(PoolName, string), int> _byName = [];
    private readonly Dictionary<(PoolName, FirewallMark), List<int>> _byMark = [];
    private readonly Dictionary<(PoolName, string), FirewallMark> _markByName = [];
    private readonly HashSet<FirewallMark> _marks = [];
    private readonly HashSet<(PoolName, int)> _reserved = [];

    /// <summary>No target has a slot.</summary>
    public static SlotsInUse None => new();

    /// <summary>As a wanted state has them.</summary>
    public static SlotsInUse Of(DesiredState state)
    {
        var slots = new SlotsInUse();
        foreach (var pool in state.Pools)
        {
            foreach (var target in pool.Targets)
            {
                slots.Add(pool.Name, target.Slot, target.Name, target.Mark);
            }
        }
        return slots;
    }

    /// <summary>One more. The first of a name counts.</summary>
    public void Add(PoolName pool, int slot, string? name, FirewallMark mark)
    {
        if (name is not null)
        {
            _byName.TryAdd((pool, name), slot);
            _markByName.TryAdd((pool, name), mark);
        }
        _marks.Add(mark);
        if (!_byMark.TryGetValue((pool, mark), out var slots))
        {
            _byMark[(pool, mark)] = slots = [];
        }
        slots.Add(slot);
    }

    /// <summary>The mark of a target; null for one that is not there.</summary>
    internal FirewallMark? MarkOf(PoolName pool, string name) =>
        _markByName.TryGetValue((pool, name), out var mark) ? mark : null;

    /// <summary>Whether a target of any pool has it.</summary>
    internal bool HasMark(FirewallMark mark) => _marks.Contains(mark);

    /// <summary>Keeps a slot for a target that the document does not name.</summary>
    public void Reserve(PoolName pool, int slot) => _reserved.Add((pool, slot));

    /// <summary>Slots for the targets of a pool, some of which ask for none.</summary>
    /// <remarks>
    /// First come the slots that are asked for; then each target keeps the slot that its name has now, else its mark,
    /// where that is free; the others take the lowest free ones, in their order. So the same file and the same present
    /// always give the same slots.
    /// </remarks>
    /// <param name="pool">Which pool.</param>
    /// <param name="count">How many slots it has.</param>
    /// <param name="targets">All its targets, with <see cref="NoSlot"/> where none is asked for.</param>
    /// <returns>A slot each; <see cref="NoSlot"/> where none is left.</returns>
    public int[] Assign(PoolName pool, int count, IReadOnlyList<DesiredTarget> targets)
    {
        var slots = new int[targets.Count];
        var taken = new HashSet<int>();
        void Fill(Func<DesiredTarget, int> choose)
        {
            for (int i = 0; i < slots.Length; i++)
            {
                if (slots[i] == NoSlot && choose(targets[i]) is var slot and not NoSlot)
                {
                    slots[i] = slot;
                    taken.Add(slot);
                }
            }
        }

        bool IsThere(int slot) => slot >= 0 && slot < count && !taken.Contains(slot);
        bool IsFree(int slot) => IsThere(slot) && !_reserved.Contains((pool, slot));
        Array.Fill(slots, NoSlot);
        Fill(target => target.Slot);
        Fill(target => target.Name is { } name && _byName.TryGetValue((pool, name), out int slot) && IsThere(slot)
            ? slot
            : NoSlot);
        Fill(target =>
        {
            int i = _byMark.TryGetValue((pool, target.Mark), out var present) ? present.FindIndex(IsFree) : NoSlot;
            return i < 0 ? NoSlot : present![i];
        });
        int lowest = 0;
        Fill(_ =>
        {
            while (lowest < count && !IsFree(lowest))
            {
                lowest++;
            }
            return lowest < count ? lowest : NoSlot;
        });
        return slots;
    }
}

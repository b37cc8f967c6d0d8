namespace Nfqlb.Drain;

/// <summary>A pool's table at one moment, with what says which targets can keep connections. Immutable.</summary>
/// <param name="generation">Of the segment when it was copied.</param>
/// <param name="entries">M of them: the slot of each; <see cref="Nobody"/> for none.</param>
/// <param name="marks">N of them, by slot; -1 where there is no target.</param>
/// <param name="keeps">N of them: whether the target in a slot can keep connections.</param>
public sealed class TableCopy(ulong generation, ushort[] entries, int[] marks, bool[] keeps)
{
    /// <summary>An entry that belongs to no slot.</summary>
    public const ushort Nobody = ushort.MaxValue;

    /// <summary>Of the segment when it was copied.</summary>
    public ulong Generation { get; } = generation;

    /// <summary>M.</summary>
    public int Size => entries.Length;

    /// <summary>The slot of each entry; <see cref="Nobody"/> for none.</summary>
    public ReadOnlySpan<ushort> Entries => entries;

    /// <summary>By slot; -1 where there is no target.</summary>
    public ReadOnlySpan<int> Marks => marks;

    /// <summary>The mark of the target in a slot; -1 for none, and for <see cref="Nobody"/>.</summary>
    public int MarkOf(ushort slot) => slot < marks.Length ? marks[slot] : -1;

    /// <summary>Whether a target is still there, in its slot, and can keep connections.</summary>
    /// <param name="slot">Its slot; <see cref="Nobody"/> for none.</param>
    /// <param name="mark">Its mark.</param>
    public bool CanKeep(ushort slot, int mark) => slot < marks.Length && marks[slot] == mark && keeps[slot];

    /// <summary>The same table under the generation of other memory, or of none.</summary>
    public TableCopy At(ulong other) => new(other, entries, marks, keeps);
}

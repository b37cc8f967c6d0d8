namespace Nfqlb.Drain;

/// <summary>The entries of a table that have got another target a short while ago. Immutable.</summary>
/// <remarks>
/// An entry drains until it has not changed for the drain's time. While it does, its old target, that of the time when
/// it began to drain, is the one to which all its connections go that nobody remembers: each was opened there. An old
/// target that is gone or down keeps nothing, and that of the table stands in for it until it is back. So a target that
/// is away for a moment finds its connections again, and those that were opened elsewhere meanwhile stay there.
/// </remarks>
public sealed class MovedEntries
{
    private const int BitsPerWord = 64;

    private readonly ulong[] _hasMoved;
    private readonly Entry[] _entries;

    private MovedEntries(int size)
    {
        _hasMoved = new ulong[(size + BitsPerWord - 1) / BitsPerWord];
        _entries = new Entry[size];
    }

    /// <summary>How many there are.</summary>
    public int Count { get; private set; }

    /// <summary>When the first of them has drained; monotonic, in nanoseconds.</summary>
    public long Earliest { get; private set; } = long.MaxValue;

    /// <summary>When the last of them is.</summary>
    public long Latest { get; private set; }

    /// <summary>Whether an entry is among them. It may have drained by now: see <see cref="UntilOf"/>.</summary>
    public bool Contains(int entry) => (_hasMoved[entry / BitsPerWord] >> (entry % BitsPerWord) & 1) != 0;

    /// <summary>The slot of the target that the entry had; of one that is not among them it means nothing.</summary>
    public ushort OldOf(int entry) => _entries[entry].Old;

    /// <summary>The mark of the target that the entry had.</summary>
    public int OldMarkOf(int entry) => _entries[entry].OldMark;

    /// <summary>Since when the entry drains; 0 for one that does not. What was remembered before is of another time.
    /// </summary>
    public long SinceOf(int entry) => _entries[entry].Since;

    /// <summary>From when on the entry has drained; 0 for one that is not among them.</summary>
    public long UntilOf(int entry) => _entries[entry].Until;

    /// <summary>Compares a table with the one before.</summary>
    /// <param name="table">The one before.</param>
    /// <param name="before">Its moved entries; null for none.</param>
    /// <param name="next">The new one, as large.</param>
    /// <param name="now">Monotonic time, in nanoseconds.</param>
    /// <param name="lasts">How long an entry drains after a change, in nanoseconds.</param>
    /// <returns>Null for none.</returns>
    public static MovedEntries? Between(
        TableCopy table, MovedEntries? before, TableCopy next, long now, long lasts)
    {
        MovedEntries? found = null;
        for (int entry = 0; entry < next.Size; entry++)
        {
            ushort was = table.Entries[entry], comes = next.Entries[entry];
            bool hadMoved = before is not null && before.UntilOf(entry) > now;
            bool hasChanged = was != comes || table.MarkOf(was) != next.MarkOf(comes);
            if (!hadMoved && !hasChanged)
            {
                continue;
            }
            long until = hasChanged ? now + lasts : before!.UntilOf(entry);
            if (hadMoved)
            {
                found ??= new MovedEntries(next.Size);
                found.Add(entry, before!.OldOf(entry), before.OldMarkOf(entry), before.SinceOf(entry), until);
            }
            else if (was != TableCopy.Nobody)
            {
                found ??= new MovedEntries(next.Size);
                found.Add(entry, was, table.MarkOf(was), now, until);
            }
        }
        return found;
    }

    /// <summary>Those that still drain.</summary>
    /// <param name="now">Monotonic time, in nanoseconds.</param>
    /// <returns>Null for none.</returns>
    public MovedEntries? Rest(long now)
    {
        if (Earliest > now)
        {
            return this;
        }
        MovedEntries? rest = null;
        for (int entry = 0; entry < _entries.Length; entry++)
        {
            var (since, until, oldMark, old) = _entries[entry];
            if (until > now)
            {
                rest ??= new MovedEntries(_entries.Length);
                rest.Add(entry, old, oldMark, since, until);
            }
        }
        return rest;
    }

    internal static MovedEntries Of(
        int size, IEnumerable<(int Entry, ushort Old, int OldMark, long Since, long Until)> entries)
    {
        var made = new MovedEntries(size);
        foreach (var (entry, old, oldMark, since, until) in entries)
        {
            made.Add(entry, old, oldMark, since, until);
        }
        return made;
    }

    private void Add(int entry, ushort old, int oldMark, long since, long until)
    {
        _hasMoved[entry / BitsPerWord] |= 1UL << (entry % BitsPerWord);
        _entries[entry] = new Entry(since, until, oldMark, old);
        Count++;
        Earliest = Math.Min(Earliest, until);
        Latest = Math.Max(Latest, until);
    }

    /// <summary>Side by side, so that a packet waits for memory once.</summary>
    private readonly record struct Entry(long Since, long Until, int OldMark, ushort Old);
}

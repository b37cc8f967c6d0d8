using Nfqlb.Maglev;
using Nfqlb.Tests.Maglev;

namespace Nfqlb.Litmus;

/// <summary>Looks hashes up in a pool while tables are published in it, and judges what it finds.</summary>
/// <param name="pool">One whose tables are <see cref="NumberedTables"/>.</param>
internal sealed class Reader(PoolSegment pool)
{
    private int _last;

    /// <summary>Look-ups so far.</summary>
    public long LookUps { get; private set; }

    /// <summary>Those that found slot and mark of two tables, or an older table than the look-up before.</summary>
    public long Mixes { get; private set; }

    /// <summary>How often the same look-up in two steps, of the slot and then of the mark, would have mixed two tables:
    /// whether readers meet the writer at all.</summary>
    public long MixesInTwoSteps { get; private set; }

    /// <summary>Reads until it is told to end.</summary>
    public void Read(CancellationToken end)
    {
        for (uint hash = 0; !end.IsCancellationRequested; hash++)
        {
            var first = pool.Locate(hash);
            var second = pool.Locate(hash);
            LookUps += 2;
            Judge(first);
            Judge(second);
            MixesInTwoSteps += NumberOf(first, second) is null ? 1 : 0;
        }
    }

    private void Judge(Location found)
    {
        int number = NumberOf(found, found) ?? -1;
        Mixes += number < _last ? 1 : 0;
        _last = Math.Max(_last, number);
    }

    private static int? NumberOf(Location slot, Location mark) =>
        NumberedTables.NumberOf(slot.Entry, slot.Slot, mark.Mark?.Value);
}

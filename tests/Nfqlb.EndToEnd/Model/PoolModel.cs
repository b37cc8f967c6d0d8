namespace Nfqlb.EndToEnd.Model;

/// <summary>A target pool: slots with marks, and the Maglev table over them, filled as the paper tells it.</summary>
internal sealed class PoolModel
{
    private const int LargestSize = 994_009;

    private readonly int[][] _preferences;
    private readonly int?[] _marks;

    /// <param name="requestedSize">M as typed; the prime at or below it is used.</param>
    /// <param name="maxTargets">N.</param>
    public PoolModel(int requestedSize, int maxTargets)
    {
        Size = PrimeAtOrBelow(Math.Clamp(requestedSize, 3, LargestSize));
        _marks = new int?[maxTargets];
        int[] random = LibcRandom.FirstNumbers(2 * maxTargets);
        Rows = [.. Enumerable.Range(0, maxTargets)
            .Select(i => (Offset: random[2 * i] % Size, Skip: random[2 * i + 1] % (Size - 1) + 1))];
        _preferences = [.. Rows.Select(row =>
            Enumerable.Range(0, Size).Select(j => (int)((row.Offset + (long)j * row.Skip) % Size)).ToArray())];
        Lookup = FillTable();
    }

    /// <summary>M: the number of table entries.</summary>
    public int Size { get; }

    /// <summary>Where each slot starts in the table, and how far it steps.</summary>
    public IReadOnlyList<(int Offset, int Skip)> Rows { get; }

    /// <summary>The mark of each slot; null where the slot is empty.</summary>
    public IReadOnlyList<int?> Marks => _marks;

    /// <summary>The slot of each entry; null everywhere when no slot is active.</summary>
    public IReadOnlyList<int?> Lookup { get; private set; }

    public int? MarkFor(uint hash) => Lookup[(int)(hash % (uint)Size)] is { } slot ? _marks[slot] : null;

    /// <summary>Takes the lowest empty slot for each mark that is not there yet; what finds none is left out.</summary>
    public PoolModel Activate(params IReadOnlyList<int> marks)
    {
        foreach (int mark in marks.Where(mark => !_marks.Contains(mark)))
        {
            int slot = Array.IndexOf(_marks, null);
            if (slot >= 0)
            {
                _marks[slot] = mark;
            }
        }
        Lookup = FillTable();
        return this;
    }

    public PoolModel ActivateAt(int slot, int? mark)
    {
        _marks[slot] = mark;
        Lookup = FillTable();
        return this;
    }

    public PoolModel Deactivate(params IReadOnlyList<int> marks)
    {
        foreach (int mark in marks)
        {
            if (Array.IndexOf(_marks, mark) is >= 0 and var slot)
            {
                _marks[slot] = null;
            }
        }
        Lookup = FillTable();
        return this;
    }

    // Maglev paper, section 3.4, figure "Populate": each active slot in turn takes the next entry it likes and finds free.
    private int?[] FillTable()
    {
        int?[] entries = new int?[Size];
        int[] active = [.. Enumerable.Range(0, _marks.Length).Where(slot => _marks[slot] != null)];
        int[] next = new int[_marks.Length];
        if (active.Length == 0)
        {
            return entries;
        }
        for (int filled = 0; filled < Size; filled++)
        {
            int slot = active[filled % active.Length];
            while (entries[_preferences[slot][next[slot]]] != null)
            {
                next[slot]++;
            }
            entries[_preferences[slot][next[slot]]] = slot;
        }
        return entries;
    }

    private static int PrimeAtOrBelow(int number)
    {
        while (!IsPrime(number))
        {
            number--;
        }
        return number;
    }

    private static bool IsPrime(int number) =>
        number >= 2 && Enumerable.Range(2, (int)Math.Sqrt(number) - 1).All(divisor => number % divisor != 0);
}

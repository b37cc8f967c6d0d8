namespace Nfqlb.Carried;

/// <summary>Rows of counts by name, from one balancer to the next.</summary>
/// <remarks>A number of rows; of each the name, the number of its counts, and these, 8 bytes each.</remarks>
public sealed class CarriedCounts
{
    private const int LeastRowBytes = 2 * sizeof(int);

    private readonly Dictionary<string, long[]> _rows = [];

    /// <summary>The rows.</summary>
    public IReadOnlyDictionary<string, long[]> Rows => _rows;

    /// <summary>Adds a row, or replaces the one of this name.</summary>
    public void Add(string name, params long[] counts) => _rows[name] = counts;

    /// <summary>The row of a name, of so many counts; zeros where there is none, or one of another length.</summary>
    public ReadOnlySpan<long> Find(string name, int length) =>
        _rows.TryGetValue(name, out long[]? row) && row.Length == length ? row : new long[length];

    /// <summary>Writes all rows.</summary>
    public void WriteTo(CarriedWriter writer)
    {
        writer.WriteInt(_rows.Count);
        foreach (var (name, counts) in _rows)
        {
            writer.WriteText(name);
            writer.WriteInt(counts.Length);
            foreach (long count in counts)
            {
                writer.WriteLong(count);
            }
        }
    }

    /// <summary>Reads all rows.</summary>
    /// <exception cref="CarriedException">They are torn, or no counts.</exception>
    public static CarriedCounts Read(ref CarriedReader reader)
    {
        var read = new CarriedCounts();
        for (int rows = reader.ReadCount(LeastRowBytes); rows > 0; rows--)
        {
            string name = reader.ReadText();
            long[] counts = new long[reader.ReadCount(sizeof(long))];
            foreach (ref long count in counts.AsSpan())
            {
                count = reader.ReadLong();
                if (count < 0)
                {
                    throw new CarriedException($"no count: {count}");
                }
            }
            read._rows[name] = counts;
        }
        return read;
    }
}

namespace Nfqlb.Cli.CommandLine;

/// <summary>Rows of cells, printed in columns as wide as their widest cell.</summary>
/// <param name="heading">The first row; says how many columns there are.</param>
internal sealed class TextTable(params string[] heading)
{
    private readonly List<string[]> _rows = [heading];

    /// <summary>Adds a row. An empty cell is shown as `-`.</summary>
    public void Add(params string?[] cells) =>
        _rows.Add([.. cells.Select(cell => string.IsNullOrEmpty(cell) ? "-" : cell)]);

    /// <summary>All rows, the heading first; none without a column.</summary>
    public IEnumerable<string> Lines()
    {
        int[] widths = [.. heading.Select((_, column) => _rows.Max(row => row[column].Length))];
        return (heading.Length == 0 ? [] : _rows).Select(row =>
            string.Join("  ", row.Select((cell, column) => cell.PadRight(widths[column]))).TrimEnd());
    }
}

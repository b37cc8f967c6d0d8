using System.Text;

namespace Nfqlb.PathBench.Results;

/// <summary>A table, for terminals and for Markdown alike: the latter, padded, reads well in both.</summary>
internal sealed class Table(params string[] headers)
{
    private readonly List<string[]> _rows = [];

    /// <summary>Adds a row, a cell a header.</summary>
    public void Add(params string[] cells) => _rows.Add(cells);

    /// <summary>The first column to the left, all others to the right.</summary>
    public override string ToString()
    {
        int[] widths =
            [.. headers.Select((header, i) => _rows.Select(row => row[i].Length).Append(header.Length).Max())];
        var text = new StringBuilder();
        AppendLine(headers);
        text.Append('|');
        for (int i = 0; i < widths.Length; i++)
        {
            text.Append(i == 0 ? new string('-', widths[i] + 2) : new string('-', widths[i] + 1) + ':').Append('|');
        }
        text.AppendLine();
        _rows.ForEach(AppendLine);
        return text.ToString();

        void AppendLine(string[] cells)
        {
            text.Append('|');
            for (int i = 0; i < cells.Length; i++)
            {
                string cell = i == 0 ? cells[i].PadRight(widths[i]) : cells[i].PadLeft(widths[i]);
                text.Append(' ').Append(cell).Append(" |");
            }
            text.AppendLine();
        }
    }
}

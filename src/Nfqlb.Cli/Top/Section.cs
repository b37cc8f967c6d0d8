namespace Nfqlb.Cli.Top;

/// <summary>A table of the screen, one line a row whatever room there is.</summary>
/// <param name="columns">The first one is cut short where it is too long; others go, by their rank.</param>
/// <param name="rows">As many cells each as there are columns.</param>
internal sealed class Section(IReadOnlyList<Column> columns, IReadOnlyList<Cell[]> rows)
{
    /// <summary>Between columns.</summary>
    public const int Gap = 2;

    private const int LeastFirst = 8;

    public IReadOnlyList<Column> Columns { get; } = columns;

    public IReadOnlyList<Cell[]> Rows { get; } = rows;

    /// <summary>The same without the columns that there is no room for.</summary>
    public Section FitTo(int width)
    {
        var fitting = this;
        while (fitting.Columns.Count > 1 && fitting.Widths(width) is var widths
            && (widths[0] < Math.Min(LeastFirst, fitting.NaturalWidth(0)) || WidthOf(widths) > width))
        {
            fitting = fitting.WithoutLeastImportant();
        }
        return fitting;
    }

    /// <summary>The width of each column when all together may take so much: only the first one gives way.</summary>
    public int[] Widths(int width)
    {
        int[] widths = new int[Columns.Count];
        int others = 0;
        for (int column = 1; column < widths.Length; column++)
        {
            widths[column] = NaturalWidth(column);
            others += Gap + widths[column];
        }
        widths[0] = Math.Max(1, Math.Min(NaturalWidth(0), width - others));
        return widths;
    }

    private static int WidthOf(int[] widths)
    {
        int sum = -Gap;
        foreach (int width in widths)
        {
            sum += Gap + width;
        }
        return sum;
    }

    private int NaturalWidth(int column)
    {
        int width = Columns[column].Heading.Length;
        foreach (var row in Rows)
        {
            width = Math.Max(width, row[column].Text.Length);
        }
        return width;
    }

    private Section WithoutLeastImportant()
    {
        int least = 1;
        for (int column = 2; column < Columns.Count; column++)
        {
            least = Columns[column].Rank >= Columns[least].Rank ? column : least;
        }
        var left = new List<Column>(Columns);
        left.RemoveAt(least);
        var rows = new List<Cell[]>();
        foreach (var row in Rows)
        {
            var cells = new List<Cell>(row);
            cells.RemoveAt(least);
            rows.Add([.. cells]);
        }
        return new Section(left, rows);
    }
}

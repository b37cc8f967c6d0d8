namespace Nfqlb.Cli.Top;

/// <summary>Draws a screen as text with colours, line by line, so that it fits a terminal of any size.</summary>
/// <param name="colours">False for a terminal without.</param>
internal sealed class Drawing(bool colours)
{
    // Select graphic rendition (ECMA-48): bold, and bold and red.
    private const string Strong = "1", Alarm = "1;31";

    /// <summary>As many lines as the screen has, or fewer; none is longer than it is wide.</summary>
    /// <param name="title">The first line.</param>
    /// <param name="trouble">Why there are no rates; null when there are, or will be soon.</param>
    /// <param name="rates">Null before the second look.</param>
    /// <param name="width">Columns of the screen, above 0.</param>
    /// <param name="height">Lines of the screen, above 0.</param>
    public IReadOnlyList<string> Draw(string title, string? trouble, Rates? rates, int width, int height)
    {
        var lines = new List<string>();
        lines.Add(Styled(Cut(title, width), Strong));
        if (trouble is not null)
        {
            lines.Add(Styled(Cut(trouble, width), Alarm));
        }
        else if (rates is not null)
        {
            lines.AddRange(Rows(Outcomes(rates).FitTo(width), width));
            AddDrain(lines, rates, width);
            AddSections(lines, rates, width, height);
        }
        return lines.Count <= height ? lines : lines.GetRange(0, height);
    }

    private void AddSections(List<string> lines, Rates rates, int width, int height)
    {
        int[] wanted = [rates.Queues.Count, rates.Targets.Count, rates.Flows.Count];

        // A line for each heading, and a blank one before it where there is room.
        int room = height - lines.Count - wanted.Length;
        bool isRoomy = room - wanted.Length >= 2 * wanted.Length;
        int[] given = Allotment.Of(wanted, isRoomy ? room - wanted.Length : room);
        Section[] sections =
        [
            Sections.Queues(rates, given[0]), Sections.Targets(rates, given[1]), Sections.Flows(rates, given[2]),
        ];
        foreach (var section in sections)
        {
            if (isRoomy)
            {
                lines.Add("");
            }
            var fitting = section.FitTo(width);
            lines.Add(Line(fitting, Headings(fitting), width, Strong));
            lines.AddRange(Rows(fitting, width));
        }
    }

    /// <summary>A line while some pool drains, the pool that does for longest.</summary>
    private static void AddDrain(List<string> lines, Rates rates, int width)
    {
        if (rates.Drain is { } drain && drain.Pools.MaxBy(pool => pool.SecondsLeft) is { } last)
        {
            string others = drain.Pools.Count > 1 ? $" and {drain.Pools.Count - 1} more" : "";
            lines.Add(Cut($"{last.Pool}{others} drains for {Math.Ceiling(last.SecondsLeft)} s, "
                + $"{drain.Connections} connections remembered, {last.Entries} of {last.Of} entries", width));
        }
    }

    private static Section Outcomes(Rates rates) => new(
        [
            new("", 0, IsNumber: false), new("", 1, IsNumber: false), new("", 2, IsNumber: false),
            new("", 2, IsNumber: false), new("", 3, IsNumber: false),
        ],
        [
            [
                $"{Sections.Rate(rates.Packets)} packets/s", $"balanced {Sections.Rate(rates.Balanced)}/s",
                Named("no flow", rates.NoFlow), Named("no target", rates.NoTarget),
                Named("unparsable", rates.Unparsable),
            ],
        ]);

    private static Cell Named(string name, Counted counted)
    {
        var cell = Sections.Loss(counted);
        return cell with { Text = $"{name} {cell.Text}" };
    }

    private IEnumerable<string> Rows(Section section, int width) =>
        section.Rows.Select(row => Line(section, row, width, style: ""));

    private string Line(Section section, Cell[] cells, int width, string style)
    {
        int[] widths = section.Widths(width);
        string[] shown = new string[cells.Length];
        for (int i = 0; i < cells.Length; i++)
        {
            string text = Cut(cells[i].Text, widths[i]);
            string padded = section.Columns[i].IsNumber ? text.PadLeft(widths[i]) : text.PadRight(widths[i]);
            shown[i] = Styled(padded, cells[i].IsAlarm ? Alarm : style);
        }
        return string.Join(new string(' ', Section.Gap), shown);
    }

    private static Cell[] Headings(Section section) =>
        Array.ConvertAll([.. section.Columns], (Column column) => new Cell(column.Heading));

    private string Styled(string text, string style) =>
        colours && style.Length > 0 ? $"\e[{style}m{text}\e[0m" : text;

    private static string Cut(string text, int width) => text.Length <= width ? text : text[..(width - 1)] + "~";
}

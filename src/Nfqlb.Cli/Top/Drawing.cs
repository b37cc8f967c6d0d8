using Spectre.Console;
using Spectre.Console.Rendering;

namespace Nfqlb.Cli.Top;

/// <summary>Draws a screen as text with colours, line by line, so that it fits a terminal of any size.</summary>
/// <param name="colours">False for a terminal without.</param>
internal sealed class Drawing(bool colours)
{
    private const int HeaderLines = 2;

    private static readonly Style Plain = Style.Plain;
    private static readonly Style Strong = new(decoration: Decoration.Bold);
    private static readonly Style Alarm = new(foreground: Color.Red, decoration: Decoration.Bold);

    /// <summary>As many lines as the screen has, or fewer; none is longer than it is wide.</summary>
    /// <param name="title">The first line.</param>
    /// <param name="trouble">Why there are no rates; null when there are, or will be soon.</param>
    /// <param name="rates">Null before the second look.</param>
    /// <param name="width">Columns of the screen, above 0.</param>
    /// <param name="height">Lines of the screen, above 0.</param>
    public IReadOnlyList<string> Draw(string title, string? trouble, Rates? rates, int width, int height)
    {
        var lines = new List<string>();
        lines.AddRange(Render(new Text(Cut(title, width), Strong), width));
        if (trouble is not null)
        {
            lines.AddRange(Render(new Text(Cut(trouble, width), Alarm), width));
        }
        else if (rates is not null)
        {
            lines.AddRange(Render(Table(Outcomes(rates).FitTo(width), width, hasHeading: false), width));
            AddSections(lines, rates, width, height);
        }
        return lines.Count <= height ? lines : lines.GetRange(0, height);
    }

    private void AddSections(List<string> lines, Rates rates, int width, int height)
    {
        int[] wanted = [rates.Queues.Count, rates.Targets.Count, rates.Flows.Count];

        // A line for each heading, and a blank one before it where there is room.
        int room = height - HeaderLines - wanted.Length;
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
            lines.AddRange(Render(Table(section.FitTo(width), width, hasHeading: true), width));
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

    private static Table Table(Section section, int width, bool hasHeading)
    {
        var table = new Table().NoBorder();
        table.ShowHeaders = hasHeading;
        int[] widths = section.Widths(width);
        for (int i = 0; i < widths.Length; i++)
        {
            var column = section.Columns[i];
            bool isLast = i == widths.Length - 1;
            table.AddColumn(new TableColumn(new Text(Cut(column.Heading, widths[i]), Strong))
            {
                Width = widths[i],
                NoWrap = true,
                Alignment = column.IsNumber ? Justify.Right : Justify.Left,
                Padding = new Padding(0, 0, isLast ? 0 : Section.Gap, 0),
            });
        }
        foreach (var row in section.Rows)
        {
            var cells = new IRenderable[row.Length];
            for (int i = 0; i < row.Length; i++)
            {
                cells[i] = new Text(Cut(row[i].Text, widths[i]), row[i].IsAlarm ? Alarm : Plain);
            }
            table.AddRow(cells);
        }
        return table;
    }

    private string[] Render(IRenderable what, int width)
    {
        using var text = new StringWriter { NewLine = "\n" };
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = colours ? AnsiSupport.Yes : AnsiSupport.No,
            ColorSystem = colours ? ColorSystemSupport.Standard : ColorSystemSupport.NoColors,
            Interactive = InteractionSupport.No,
            Enrichment = new ProfileEnrichment { UseDefaultEnrichers = false },
            Out = new AnsiConsoleOutput(text),
        });
        console.Profile.Width = width;
        console.Write(what);
        return text.ToString().TrimEnd('\n').Split('\n');
    }

    private static string Cut(string text, int width) => text.Length <= width ? text : text[..(width - 1)] + "~";
}

using System.Security;
using System.Text;

namespace Nfqlb.PathBench.Results;

/// <summary>A contender's line: by x, the values over the rounds.</summary>
internal sealed record Line(string Name, IReadOnlyList<(int X, Spread Y)> Points);

/// <summary>One coordinate system.</summary>
internal sealed record Panel(string Title, string Axis, IReadOnlyList<Line> Lines);

/// <summary>Panels side by side with a common scale: x logarithmic, y from 0.</summary>
internal sealed class SvgChart(
    string title, string subtitle, IReadOnlyList<(string Name, string Description)> legend, IReadOnlyList<Panel> panels)
{
    private const int PanelWidth = 300;
    private const int PanelHeight = 260;
    private const int Left = 60;
    private const int Gap = 34;
    private const int LegendTop = 74;
    private const int LegendStep = 18;

    /// <summary>Ours stands out; what it is compared with is calm.</summary>
    private static readonly Dictionary<string, string> Styles = new()
    {
        [RunResult.Ours] = "#0b62c4",
        [RunResult.Ceiling] = "#2e7d32",
        [RunResult.Floor] = "#c62828",
        ["reference"] = "#ef8a00",
    };

    private readonly StringBuilder _svg = new();
    private readonly double _highest = NiceCeiling(
        panels.SelectMany(panel => panel.Lines).SelectMany(line => line.Points).Max(point => point.Y.Max));

    private int PlotTop => LegendTop + legend.Count * LegendStep + 30;

    /// <summary>The picture as SVG.</summary>
    public string Draw()
    {
        int width = Left + panels.Count * (PanelWidth + Gap);
        int height = PlotTop + PanelHeight + 56;
        Add($"""<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" """);
        Add("""     font-family="sans-serif" font-size="12">""");
        Add($"""<rect width="{width}" height="{height}" fill="#ffffff"/>""");
        Text(Left, 28, title, "font-size=\"17\" font-weight=\"bold\"");
        Text(Left, 48, subtitle, "fill=\"#555555\"");
        DrawLegend();
        for (int i = 0; i < panels.Count; i++)
        {
            DrawPanel(panels[i], Left + i * (PanelWidth + Gap), hasScale: i == 0);
        }
        Add("</svg>");
        return _svg.ToString();
    }

    private void DrawLegend()
    {
        for (int i = 0; i < legend.Count; i++)
        {
            int y = LegendTop + i * LegendStep;
            Add($"""<line x1="{Left}" x2="{Left + 26}" y1="{y - 4}" y2="{y - 4}" {Stroke(legend[i].Name)}/>""");
            Text(Left + 34, y, $"{legend[i].Name}: {legend[i].Description}");
        }
    }

    private void DrawPanel(Panel panel, int left, bool hasScale)
    {
        Text(left, PlotTop - 10, panel.Title, "font-weight=\"bold\"");
        foreach (double value in Enumerable.Range(0, 6).Select(i => _highest * i / 5))
        {
            double y = Y(value);
            Add($"""<line x1="{left}" x2="{left + PanelWidth}" y1="{y:F1}" y2="{y:F1}" stroke="#dddddd"/>""");
            if (hasScale)
            {
                Text(left - 8, y + 4, $"{value / 1000:N0}k", "text-anchor=\"end\" fill=\"#555555\"");
            }
        }
        int[] marks = [.. panel.Lines.SelectMany(line => line.Points).Select(point => point.X).Distinct().Order()];
        double X(int value) => left + 24 + (PanelWidth - 48) * Math.Log((double)value / marks[0])
            / Math.Max(Math.Log((double)marks[^1] / marks[0]), 1);
        foreach (int mark in marks)
        {
            Text(X(mark), PlotTop + PanelHeight + 18, $"{mark:N0}", "text-anchor=\"middle\" fill=\"#555555\"");
        }
        Text(left + PanelWidth / 2, PlotTop + PanelHeight + 38, panel.Axis, "text-anchor=\"middle\" fill=\"#555555\"");
        foreach (var line in panel.Lines)
        {
            DrawLine(line, X);
        }
    }

    private void DrawLine(Line line, Func<int, double> x)
    {
        string points = string.Join(' ', line.Points.Select(point => $"{x(point.X):F1},{Y(point.Y.Median):F1}"));
        Add($"""<polyline points="{points}" fill="none" {Stroke(line.Name)}/>""");
        foreach (var (at, value) in line.Points)
        {
            double middle = x(at);
            string colour = Colour(line.Name), stroke = $"stroke=\"{colour}\"";
            Add($"""
                <line x1="{middle:F1}" x2="{middle:F1}" y1="{Y(value.Min):F1}" y2="{Y(value.Max):F1}" {stroke}/>
                <circle cx="{middle:F1}" cy="{Y(value.Median):F1}" r="3" fill="{colour}"/>
                """);
        }
    }

    private double Y(double value) => PlotTop + PanelHeight * (1 - value / _highest);

    private static string Colour(string name) => Styles.GetValueOrDefault(name, "#000000");

    private static string Stroke(string name) =>
        $"stroke=\"{Colour(name)}\" stroke-width=\"{(name == RunResult.Ours ? "2.5" : "1.5")}\"";

    /// <summary>1, 2, 2.5 or 5 times a power of ten.</summary>
    private static double NiceCeiling(double value)
    {
        double power = Math.Pow(10, Math.Floor(Math.Log10(value)));
        return power * new[] { 1, 2, 2.5, 5, 10 }.First(step => step * power >= value);
    }

    private void Text(double x, double y, string text, string attributes = "") =>
        Add($"""<text x="{x:F1}" y="{y:F1}" {attributes}>{SecurityElement.Escape(text)}</text>""");

    private void Add(string line) => _svg.AppendLine(line);
}

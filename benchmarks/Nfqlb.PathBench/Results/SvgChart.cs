using System.Security;
using System.Text;

namespace Nfqlb.PathBench.Results;

/// <summary>A contender's line: by x, the values over the rounds.</summary>
internal sealed record Line(string Name, IReadOnlyList<(int X, Spread Y)> Points);

/// <summary>One coordinate system.</summary>
internal sealed record Panel(string Title, string Axis, IReadOnlyList<Line> Lines);

/// <summary>Panels side by side with a common scale: x logarithmic, y from 0.</summary>
internal sealed class SvgChart(
    string title, string[] subtitle, IReadOnlyList<Participant> legend, IReadOnlyList<Panel> panels)
{
    private const int PanelWidth = 270;
    private const int PanelHeight = 320;
    private const int Left = 78;
    private const int Gap = 30;
    private const int LabelWidth = 80;
    private const int SubtitleTop = 50;
    private const int LineStep = 18;
    private const int Inset = 30;
    private const double Beside = 7; // between the points of two contenders at one x, so that no bar covers another
    private const double LabelStep = 15;
    private const string Pale = "fill=\"#555555\"";

    private readonly StringBuilder _svg = new();
    private readonly double _highest = NiceCeiling(
        panels.SelectMany(panel => panel.Lines).SelectMany(line => line.Points).Max(point => point.Y.Max));

    private int LegendTop => SubtitleTop + subtitle.Length * LineStep + 12;

    private int PlotTop => LegendTop + legend.Count * LineStep + 34;

    /// <summary>The picture as SVG.</summary>
    public string Draw()
    {
        int width = Left + panels.Count * (PanelWidth + Gap) - Gap + LabelWidth;
        int height = PlotTop + PanelHeight + 50;
        Add($"""<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" """);
        Add("""     font-family="sans-serif" font-size="12">""");
        Add($"""<rect width="{width}" height="{height}" fill="#ffffff"/>""");
        Text(Left, 28, title, "font-size=\"18\" font-weight=\"bold\"");
        for (int i = 0; i < subtitle.Length; i++)
        {
            Text(Left, SubtitleTop + i * LineStep, subtitle[i], Pale);
        }
        DrawLegend();
        for (int i = 0; i < panels.Count; i++)
        {
            DrawPanel(panels[i], Left + i * (PanelWidth + Gap), isFirst: i == 0, isLast: i == panels.Count - 1);
        }
        Add("</svg>");
        return _svg.ToString();
    }

    private void DrawLegend()
    {
        for (int i = 0; i < legend.Count; i++)
        {
            int y = LegendTop + i * LineStep;
            var style = LineStyle.Of(legend[i].Name);
            Add($"""<line x1="{Left}" x2="{Left + 44}" y1="{y - 4}" y2="{y - 4}" {style.Stroke}/>""");
            Add(style.PointAt(Left + 22, y - 4));
            Text(Left + 54, y, legend[i].Name, $"font-weight=\"bold\" fill=\"{style.Colour}\"");
            Text(Left + 126, y, legend[i].Description);
        }
    }

    private void DrawPanel(Panel panel, int left, bool isFirst, bool isLast)
    {
        Text(left, PlotTop - 12, panel.Title, "font-size=\"13\" font-weight=\"bold\"");
        foreach (double value in Enumerable.Range(0, 6).Select(i => _highest * i / 5))
        {
            double y = Y(value);
            Add($"""<line x1="{left}" x2="{left + PanelWidth}" y1="{y:F1}" y2="{y:F1}" stroke="#dddddd"/>""");
            if (isFirst)
            {
                Text(left - 8, y + 4, $"{value:N0}", $"text-anchor=\"end\" {Pale}");
            }
        }
        int[] marks = [.. panel.Lines.SelectMany(line => line.Points).Select(point => point.X).Distinct().Order()];
        double X(int value) => left + Inset + (PanelWidth - 2 * Inset) * Math.Log((double)value / marks[0])
            / Math.Max(Math.Log((double)marks[^1] / marks[0]), 1);
        foreach (int mark in marks)
        {
            Text(X(mark), PlotTop + PanelHeight + 18, $"{mark:N0}", $"text-anchor=\"middle\" {Pale}");
        }
        Text(left + PanelWidth / 2, PlotTop + PanelHeight + 36, panel.Axis, $"text-anchor=\"middle\" {Pale}");

        // Ours comes last, and so lies above the others.
        foreach (var line in panel.Lines.OrderBy(line => line.Name == RunResult.Ours))
        {
            double aside = Beside * (IndexOf(line.Name) - (legend.Count - 1) / 2.0);
            DrawLine(line, value => X(value) + aside);
        }
        if (isLast)
        {
            NameLines(panel, left + PanelWidth + 4);
        }
    }

    private void DrawLine(Line line, Func<int, double> x)
    {
        var style = LineStyle.Of(line.Name);
        foreach (var (at, value) in line.Points)
        {
            Add($"""
                <line x1="{x(at):F1}" x2="{x(at):F1}" y1="{Y(value.Min):F1}" y2="{Y(value.Max):F1}"
                      stroke="{style.Colour}" stroke-opacity="0.6"/>
                """);
        }
        string points = string.Join(' ', line.Points.Select(point => $"{x(point.X):F1},{Y(point.Y.Median):F1}"));
        Add($"""<polyline points="{points}" fill="none" {style.Stroke}/>""");
        foreach (var (at, value) in line.Points)
        {
            Add(style.PointAt(x(at), Y(value.Median)));
        }
    }

    /// <summary>Behind their last points, from the top down, none over another.</summary>
    private void NameLines(Panel panel, double x)
    {
        double HeightOf(Line line) => Y(line.Points[^1].Y.Median) + 4;
        Line[] named = [.. panel.Lines.Where(line => line.Points.Count > 0).OrderBy(HeightOf)];
        double[] heights = [.. named.Select(HeightOf)];
        for (int i = 1; i < heights.Length; i++)
        {
            heights[i] = Math.Max(heights[i], heights[i - 1] + LabelStep);
        }
        // What was pushed below the axis goes up again, and pushes those above it.
        for (int i = heights.Length - 1; i >= 0; i--)
        {
            double lowest = i == heights.Length - 1 ? PlotTop + PanelHeight : heights[i + 1] - LabelStep;
            heights[i] = Math.Min(heights[i], lowest);
            Text(x, heights[i], named[i].Name, $"font-weight=\"bold\" fill=\"{LineStyle.Of(named[i].Name).Colour}\"");
        }
    }

    private int IndexOf(string name) => legend.TakeWhile(participant => participant.Name != name).Count();

    private double Y(double value) => PlotTop + PanelHeight * (1 - value / _highest);

    /// <summary>The least of these times a power of ten that is not below the value: no more than a fifth is left
    /// empty.</summary>
    private static double NiceCeiling(double value)
    {
        double power = Math.Pow(10, Math.Floor(Math.Log10(value)));
        return power * new[] { 1, 1.25, 1.5, 2, 2.5, 3, 4, 5, 6, 7.5, 10 }.First(step => step * power >= value);
    }

    private void Text(double x, double y, string text, string attributes = "") =>
        Add($"""<text x="{x:F1}" y="{y:F1}" {attributes}>{SecurityElement.Escape(text)}</text>""");

    private void Add(string line) => _svg.AppendLine(line);
}

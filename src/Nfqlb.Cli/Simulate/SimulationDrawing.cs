using System.Globalization;
using System.Net;
using System.Text;
using Nfqlb.Simulation;

namespace Nfqlb.Cli.Simulate;

/// <summary>A simulation as an SVG picture: one column per step, in which each target has a band as high as its
/// share, and between two columns the bands of what moved.</summary>
internal static class SimulationDrawing
{
    private const int ColumnWidth = 110;
    private const int GapWidth = 90;
    private const int Height = 320;
    private const int Margin = 30;

    /// <summary>Words below a column are wider than it is.</summary>
    private const int WordsBeyond = 60;
    private const int TextHeight = 14;
    private const int LeastLabelled = 12;

    /// <summary>The whole file.</summary>
    public static string Of(IReadOnlyList<SimulatedStep> steps, Connections connections)
    {
        int width = 2 * Margin + steps.Count * ColumnWidth + (steps.Count - 1) * GapWidth + WordsBeyond;
        int height = 2 * Margin + Height + 4 * TextHeight;
        var svg = new StringBuilder();
        svg.Append(CultureInfo.InvariantCulture, $"""
            <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}"
              font-family="sans-serif" font-size="11">
            <rect width="{width}" height="{height}" fill="#ffffff"/>

            """);
        for (int i = 0; i < steps.Count; i++)
        {
            int left = Margin + i * (ColumnWidth + GapWidth);
            if (i > 0)
            {
                AddFlows(svg, steps[i - 1].Table, steps[i].Table, left - GapWidth);
            }
            AddColumn(svg, steps[i], left);
            AddWords(svg, steps[i], left, connections.Count);
        }
        return svg.Append("</svg>\n").ToString();
    }

    private static void AddColumn(StringBuilder svg, SimulatedStep step, int left)
    {
        double top = Margin;
        foreach (int slot in step.Table.SlotsInUse)
        {
            double height = HeightOf(step.Table.EntriesBySlot[slot], step.Table);
            string name = WebUtility.HtmlEncode(step.Table.Pool.Slots[slot]!.Value.Name!.Value.Text);
            svg.Append(CultureInfo.InvariantCulture, $"""
                <rect x="{left}" y="{top:f1}" width="{ColumnWidth}" height="{height:f1}" fill="{ColourOf(slot)}"/>

                """);
            if (height >= LeastLabelled)
            {
                svg.Append(CultureInfo.InvariantCulture, $"""
                    <text x="{left + 6}" y="{top + height / 2 + 4:f1}">{name} {Percent(step.Table, slot)}</text>

                    """);
            }
            top += height;
        }
    }

    /// <summary>From each target to each other one a band as high as the entries that moved.</summary>
    private static void AddFlows(StringBuilder svg, SimulatedTable before, SimulatedTable after, int left)
    {
        var (fromTop, toTop) = (TopsOf(before), TopsOf(after));
        foreach (var flow in Flows(before, after))
        {
            double height = HeightOf(flow.Entries, before);
            double y1 = fromTop[flow.From], y2 = toTop[flow.To];
            fromTop[flow.From] += height;
            toTop[flow.To] += height;
            if (flow.From == flow.To)
            {
                continue; // stays: room for it is kept, nothing is drawn
            }
            int right = left + GapWidth, middle = left + GapWidth / 2;
            double end1 = y1 + height, end2 = y2 + height;
            svg.Append(CultureInfo.InvariantCulture, $"""
                <path fill="{ColourOf(flow.From)}" fill-opacity="0.6"
                  d="M{left} {y1:f1}C{middle} {y1:f1} {middle} {y2:f1} {right} {y2:f1}
                  V{end2:f1}C{middle} {end2:f1} {middle} {end1:f1} {left} {end1:f1}Z"/>

                """);
        }
    }

    private static IEnumerable<(int From, int To, int Entries)> Flows(SimulatedTable before, SimulatedTable after)
    {
        var flows = new SortedDictionary<(int From, int To), int>();
        for (int entry = 0; entry < before.Entries; entry++)
        {
            if (before.SlotOf(entry) is { } from && after.SlotOf(entry) is { } to)
            {
                flows[(from, to)] = flows.GetValueOrDefault((from, to)) + 1;
            }
        }
        return flows.Select(flow => (flow.Key.From, flow.Key.To, flow.Value));
    }

    private static double[] TopsOf(SimulatedTable table)
    {
        var tops = new double[table.EntriesBySlot.Length];
        double top = Margin;
        for (int slot = 0; slot < tops.Length; slot++)
        {
            tops[slot] = top;
            top += HeightOf(table.EntriesBySlot[slot], table);
        }
        return tops;
    }

    private static void AddWords(StringBuilder svg, SimulatedStep step, int left, long count)
    {
        var lines = new List<string>
        {
            step.Events.Count == 0 ? "start" : WebUtility.HtmlEncode(string.Join('+', step.Events)),
        };
        if (step.Change is { } change)
        {
            lines.Add($"{Share(change.Lost, count)} lost with it");
            lines.Add($"{Share(change.Broken, count)} broken");
            lines.Add($"{Share(change.MovedBeyond, step.Table.Entries)} moved beyond need");
        }
        for (int i = 0; i < lines.Count; i++)
        {
            svg.Append(CultureInfo.InvariantCulture, $"""
                <text x="{left}" y="{Margin + Height + (i + 1) * TextHeight + 4}">{lines[i]}</text>

                """);
        }
    }

    private static double HeightOf(int entries, SimulatedTable table) => (double)Height * entries / table.Entries;

    private static string Percent(SimulatedTable table, int slot) => Share(table.EntriesBySlot[slot], table.Entries);

    private static string Share(double part, double whole) =>
        (100 * part / whole).ToString("f2", CultureInfo.InvariantCulture) + " %";

    /// <summary>Neighbours differ: each hue is a golden angle on.</summary>
    private static string ColourOf(int slot) => $"hsl({slot * 137 % 360},60%,70%)";
}

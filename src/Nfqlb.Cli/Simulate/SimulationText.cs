using System.Globalization;
using Nfqlb.Simulation;

namespace Nfqlb.Cli.Simulate;

/// <summary>A simulation as text: bars beside the ideal shares, and what each change cost.</summary>
internal static class SimulationText
{
    private const int MostTargets = 20;
    private const int BarColumns = 40;

    /// <summary>All lines.</summary>
    /// <param name="steps">What has happened.</param>
    /// <param name="connections">To which connections.</param>
    /// <param name="drain">How long balancers drain and connections last; null where that is not known.</param>
    public static IEnumerable<string> Lines(
        IReadOnlyList<SimulatedStep> steps, Connections connections, SimulatedDrain? drain)
    {
        var shape = steps[0].Table.Pool.Shape;
        var fleet = steps[0].Fleet;
        yield return $"M={shape.Size.Entries}, {steps[0].Table.SlotsInUse.Length} targets known by "
            + $"{(shape.Seed is null ? "slot" : "name")}, {Number(connections.Count)} connections, {Words(fleet)}";
        foreach (var step in steps)
        {
            yield return "";
            yield return step.Events.Count == 0 ? "At the start" : string.Join('+', step.Events);
            foreach (string line in Shares(step, connections).Concat(Costs(step, connections.Count, drain)))
            {
                yield return $"  {line}";
            }
        }
    }

    private static IEnumerable<string> Shares(SimulatedStep step, Connections connections)
    {
        var table = step.Table;
        long[] bySlot = connections.BySlot(table);
        double widest = table.EntriesBySlot.Max();
        int[] shown = [.. table.SlotsInUse.Take(MostTargets)];
        int nameColumns = shown.Max(slot => table.Pool.Slots[slot]!.Value.Name!.Value.Text.Length);
        foreach (int slot in shown)
        {
            var target = table.Pool.Slots[slot]!.Value;
            double share = (double)table.EntriesBySlot[slot] / table.Entries;
            double ideal = table.IdealEntriesOf(slot) / table.Entries;
            int bar = widest == 0 ? 0 : (int)Math.Round(BarColumns * 8 * table.EntriesBySlot[slot] / widest);
            yield return $"{target.Name!.Value.Text.PadRight(nameColumns)}  {Bar(bar),-BarColumns}  "
                + $"{Percent(share),8} of {Percent(ideal),8}  {Number(bySlot[slot]),11} connections";
        }
        if (table.SlotsInUse.Length > shown.Length)
        {
            yield return $"and {table.SlotsInUse.Length - shown.Length} more";
        }
        double off = Enumerable.Range(0, table.EntriesBySlot.Length)
            .Max(slot => Math.Abs(table.EntriesBySlot[slot] - table.IdealEntriesOf(slot)));
        yield return $"at most {off.ToString("f3", CultureInfo.InvariantCulture)} entries from the ideal share";
    }

    private static IEnumerable<string> Costs(SimulatedStep step, long count, SimulatedDrain? drain)
    {
        if (step.Change is not { } change)
        {
            yield break;
        }
        double entries = step.Table.Entries;
        yield return $"moved: {change.Moved} entries ({Percent(change.Moved / entries)}), "
            + $"{change.MovedBeyond} beyond need ({Percent(change.MovedBeyond / entries)})";
        yield return $"lost with their target: {Number(change.Lost)} connections "
            + $"({Percent((double)change.Lost / count)})";
        yield return $"broken, though their target is still there: {Number(change.Broken)} "
            + $"({Percent((double)change.Broken / count)}) without a drain; with one "
            + (drain is { } known
                ? $"{Number(known.BrokenOf(change))}, and {Number(known.RememberedOf(change))} new ones are remembered"
                : "none while it lasts");
        if (step.Fleet.Lagging > 0)
        {
            yield return $"  at once {Number(step.BrokenAtOnce)}, "
                + $"when those that lag follow {Number(step.BrokenLater)}";
        }
        if (step.Fleet.Balancers > 1)
        {
            yield return $"cut if the router spreads all anew meanwhile: {Number(step.BrokenByReshuffle)} without a "
                + $"drain; with one {Number(step.BrokenByReshuffleOfDrain)}, and "
                + $"{Number(step.NewBrokenByReshuffleOfDrain)} of as many that were opened since";
        }
    }

    private static string Words(Fleet fleet) => fleet switch
    {
        { Balancers: 1 } => "1 balancer",
        { Lagging: 0 } => $"{fleet.Balancers} balancers",
        _ => $"{fleet.Balancers} balancers of which {fleet.Lagging} lag",
    };

    /// <summary>To an eighth of a column.</summary>
    private static string Bar(int eighths) =>
        new string('█', eighths / 8) + (eighths % 8 == 0 ? "" : $"{" ▏▎▍▌▋▊▉"[eighths % 8]}");

    private static string Percent(double share) => (100 * share).ToString("f3", CultureInfo.InvariantCulture) + " %";

    private static string Number(double value) => value.ToString("n0", CultureInfo.InvariantCulture);
}

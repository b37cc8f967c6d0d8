namespace Nfqlb.EndToEnd.Packets;

/// <summary>A span of time in which a target was in its pool all the time, or out of it all the time.</summary>
/// <param name="Start">Unix nanoseconds: a change has returned.</param>
/// <param name="End">The next change has not been called yet.</param>
internal readonly record struct SettledSpan(long Start, long End, bool IsIn);

/// <summary>When a target that goes and comes was where, as far as that is certain.</summary>
/// <remarks>Between the call of a change and its return either may hold: these spans are left out.</remarks>
internal sealed class FlapHistory
{
    private readonly SettledSpan[] _spans;
    private readonly long[] _starts;

    private FlapHistory(IEnumerable<SettledSpan> spans)
    {
        _spans = [.. spans];
        _starts = [.. _spans.Select(span => span.Start)];
    }

    public int Turns => _spans.Count(span => !span.IsIn);

    public double TurnsPerSecond => PerSecondOfFirst(Turns);

    /// <summary>How often a second the first so many turns came.</summary>
    public double PerSecondOfFirst(int turns) => turns / ((_spans[2 * turns].Start - _spans[0].End) / 1e9);

    /// <summary>The span that holds both moments, and so all that happened between them; null when none does.</summary>
    public SettledSpan? SpanOf(long sent, long arrived)
    {
        int index = Array.BinarySearch(_starts, sent);
        index = index >= 0 ? index : ~index - 1;
        return index >= 0 && arrived <= _spans[index].End ? _spans[index] : null;
    }

    /// <param name="lines">A line for each turn: deactivate called, returned, activate called, returned.</param>
    public static FlapHistory Parse(string lines)
    {
        long[][] turns = [.. lines.Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => line.Split(' ').Select(long.Parse).ToArray())];
        return new FlapHistory(Spans(turns));
    }

    // A called-time that is cut to microseconds errs to the safe side; a returned-time is moved past the cut.
    private static IEnumerable<SettledSpan> Spans(long[][] turns)
    {
        long cameBack = long.MinValue;
        foreach (long[] turn in turns)
        {
            yield return new SettledSpan(cameBack, turn[0] * 1000, IsIn: true);
            yield return new SettledSpan((turn[1] + 1) * 1000, turn[2] * 1000, IsIn: false);
            cameBack = (turn[3] + 1) * 1000;
        }
        yield return new SettledSpan(cameBack, long.MaxValue, IsIn: true);
    }
}

namespace Nfqlb.Daemon.Logging;

/// <summary>Events that somebody has asked for.</summary>
/// <param name="Lines">A line of JSON each, the oldest first, without line ends.</param>
/// <param name="Last">The number of the last event that has happened.</param>
/// <param name="Missed">Events that came before these and are forgotten.</param>
internal sealed record EventReading(IReadOnlyList<string> Lines, long Last, long Missed)
{
    /// <summary>As it is sent: what was missed first.</summary>
    public IEnumerable<string> Parts()
    {
        if (Missed > 0)
        {
            yield return $$"""{"missed":{{Missed}}}{{'\n'}}""";
        }
        foreach (string line in Lines)
        {
            yield return line + '\n';
        }
    }
}

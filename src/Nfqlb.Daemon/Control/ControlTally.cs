namespace Nfqlb.Daemon.Control;

/// <summary>Requests at the control socket, by what was asked and what became of it.</summary>
/// <remarks>A client chooses its words, so those that are no action share a row.</remarks>
internal sealed class ControlTally
{
    private const string Other = "other";

    /// <summary>All rows, in their order.</summary>
    public static readonly string[] Actions =
    [
        "capture", "checks", "configuration", "counters", "delete", "drain", "events", "health", "judge", "list",
        "list-names", "set", "settings", "takeover", "trace-delete", "trace-list", "trace-list-names",
        "trace-set", "withdraw", Other,
    ];

    private static readonly int Outcomes = Enum.GetValues<ControlOutcome>().Length;

    private readonly long[] _counts = new long[Actions.Length * Outcomes];

    /// <summary>One more.</summary>
    /// <param name="action">As the client said it; null for a request without one, or that nobody understood.</param>
    /// <param name="outcome">What became of it.</param>
    public void Count(string? action, ControlOutcome outcome)
    {
        int row = Array.IndexOf(Actions, action);
        Interlocked.Increment(ref _counts[(row < 0 ? Actions.Length - 1 : row) * Outcomes + (int)outcome]);
    }

    /// <summary>So many.</summary>
    /// <param name="row">Of <see cref="Actions"/>.</param>
    /// <param name="outcome">What became of them.</param>
    public long CountOf(int row, ControlOutcome outcome) => Volatile.Read(ref _counts[row * Outcomes + (int)outcome]);
}

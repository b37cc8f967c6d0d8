namespace Nfqlb.Cli.Health;

/// <summary>One thing that was looked at.</summary>
/// <param name="Area">What part it is of, in a word.</param>
/// <param name="Severity">How bad it is.</param>
/// <param name="What">What was found, in a line.</param>
/// <param name="Remedy">The command that mends it; null where nothing is to be mended, or not by a command.</param>
internal sealed record Finding(string Area, Severity Severity, string What, string? Remedy = null)
{
    /// <summary>Makes match again what the file of the operator says.</summary>
    public const string ApplyAgain = "nfqlb apply -f FILE";

    public static Finding Ok(string area, string what) => new(area, Severity.Ok, what);

    public static Finding Hint(string area, string what, string? remedy = null) =>
        new(area, Severity.Hint, what, remedy);

    public static Finding Warn(string area, string what, string? remedy = null) =>
        new(area, Severity.Warn, what, remedy);

    public static Finding Bad(string area, string what, string? remedy = null) =>
        new(area, Severity.Bad, what, remedy);
}

namespace Nfqlb.Planning.Status;

/// <summary>One thing that was looked at.</summary>
/// <param name="Area">What part it is of, in a word.</param>
/// <param name="Severity">How bad it is.</param>
/// <param name="What">What was found, in a line.</param>
/// <param name="Remedy">The command that mends it; null where nothing is to be mended, or not by a command.</param>
public sealed record Finding(string Area, Severity Severity, string What, string? Remedy = null)
{
    /// <summary>Makes match again what the file of the operator says.</summary>
    public const string ApplyAgain = Objects.Remedy.ApplyAgain;

    /// <summary>It is as it should be.</summary>
    public static Finding Ok(string area, string what) => new(area, Severity.Ok, what);

    /// <summary>It is as it should be, and could be faster.</summary>
    public static Finding Hint(string area, string what, string? remedy = null) =>
        new(area, Severity.Hint, what, remedy);

    /// <summary>It may be meant so, or cannot be seen.</summary>
    public static Finding Warn(string area, string what, string? remedy = null) =>
        new(area, Severity.Warn, what, remedy);

    /// <summary>Packets are lost, or not balanced as is asked for.</summary>
    public static Finding Bad(string area, string what, string? remedy = null) =>
        new(area, Severity.Bad, what, remedy);
}

namespace Nfqlb.Planning.Status;

/// <summary>One thing that was looked at.</summary>
/// <param name="Area">What part it is of, in a word.</param>
/// <param name="Severity">How bad it is.</param>
/// <param name="What">What was found, in a line.</param>
/// <param name="Remedy">The command that mends it; null where nothing is to be mended, or not by a command.</param>
public sealed record Finding(string Area, Severity Severity, string What, string? Remedy = null)
{
    /// <summary>Packets may be lost all the same, whatever else is well: something was not checked, or is for the
    /// operator to judge.</summary>
    public bool IsOpen { get; init; }

    /// <summary>Makes match again what files and commands have asked for.</summary>
    public const string ApplyAgain = Objects.Remedy.ApplyAgain;

    /// <summary>It is as it should be.</summary>
    public static Finding Ok(string area, string what) => new(area, Severity.Ok, what);

    /// <summary>It is as it should be, and could be faster.</summary>
    public static Finding Hint(string area, string what, string? remedy = null) =>
        new(area, Severity.Hint, what, remedy);

    /// <summary>Nothing that is known to be wrong; but nobody shall take it for well.</summary>
    public static Finding Open(string area, string what, string? remedy = null) =>
        new(area, Severity.Hint, what, remedy) { IsOpen = true };

    /// <summary>It may be meant so, or cannot be seen.</summary>
    public static Finding Warn(string area, string what, string? remedy = null) =>
        new(area, Severity.Warn, what, remedy);

    /// <summary>Packets are lost, or not balanced as is asked for.</summary>
    public static Finding Bad(string area, string what, string? remedy = null) =>
        new(area, Severity.Bad, what, remedy);
}

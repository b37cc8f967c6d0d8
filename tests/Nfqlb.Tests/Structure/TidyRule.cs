using System.Text.RegularExpressions;

namespace Nfqlb.Tests.Structure;

/// <summary>A line that may not stand in a source file.</summary>
/// <param name="Banned">What is looked for in each line.</param>
/// <param name="Instead">What to do instead.</param>
/// <param name="AppliesTo">By the file's path from the root.</param>
/// <param name="Offence">A line that breaks the rule, to show that the rule can fail.</param>
internal sealed record TidyRule(string Banned, string Instead, Func<string, bool> AppliesTo, string Offence)
{
    private const int LongestLine = 120;

    // Words are built of two parts here, so that this file does not offend itself.
    public static readonly TidyRule[] All =
    [
        Everywhere(@"^.{121,}$", $"break the line: {LongestLine} columns at most", new string('x', LongestLine + 1)),
        Everywhere(@"\t|\s$", "indent with spaces, and end lines where their text ends", "int a; "),
        Everywhere(
            @"\bTO" + @"DO\b(?!\([a-z]+\))", "do it now, or name an owner: TO" + "DO(name)", "// TO" + "DO later"),
        Everywhere(
            @"\b(class|struct|record|interface)\s+\w*(Man" + "ager|Hel" + "per|Uti" + "ls?|Com" + @"mon)\b",
            "name it after what it is or does", "class Queue" + "Manager"),
        Everywhere(@"catch\s*(\(Exception\))?\s*\{\s*\}", "say why it may be ignored, or let it go", "catch {" + " }"),
        new(@"\bunsafe\b|\bUnsafe\.|\bGCHandle\b|\bNativeMemory\b|\[(Library|Dll)Import",
            "put what touches memory or the C library into src/Nfqlb.Linux",
            path => path.StartsWith("src/") && !path.StartsWith("src/Nfqlb.Linux/"), "static un" + "safe void Poke()"),
        Pure(@"\b(DateTime|DateTimeOffset|Stopwatch|TimeProvider)\b|\bEnvironment\.Tick",
            "take the time as a parameter", "var now = DateTime.UtcNow;"),
        Pure(@"\b(File|Directory|FileStream|Socket|Process|Console)\b\s*[.(]",
            "take bytes, give bytes: the caller does the I/O", "File.ReadAllText(path)"),
        Pure(@"\b(ILogger|Trace\.Write|Debug\.Write)", "count what happens, let the caller log", "ILogger logger"),
        Pure(@"\bnew Random\b|\bRandom\.Shared\b|\bGuid\.NewGuid\b",
            "take randomness as a parameter", "Random.Shared.Next()"),
    ];

    /// <summary>True where the line breaks the rule.</summary>
    public bool IsBrokenBy(string line) => Regex.IsMatch(line, Banned);

    private static TidyRule Everywhere(string banned, string instead, string offence) =>
        new(banned, instead, _ => true, offence);

    /// <summary>For the classifier and the planner, which know no clock and no world.</summary>
    private static TidyRule Pure(string banned, string instead, string offence) =>
        new(banned, instead, path => path.StartsWith("src/Nfqlb/") || path.StartsWith("src/Nfqlb.Planning/"), offence);
}

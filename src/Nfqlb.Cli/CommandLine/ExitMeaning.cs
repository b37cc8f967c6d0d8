namespace Nfqlb.Cli.CommandLine;

/// <summary>An exit code, and what it says.</summary>
/// <param name="Code">0 to 255.</param>
/// <param name="Meaning">In a line, with commands and options between backticks.</param>
internal sealed record ExitMeaning(int Code, string Meaning);

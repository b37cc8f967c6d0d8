using System.Text.RegularExpressions;

namespace Nfqlb.EndToEnd.Lab;

/// <summary>What a command that has ended left behind.</summary>
/// <param name="CommandLine">As a person would type it; for messages only.</param>
/// <param name="ExitCode">128 + the signal's number where a signal ended it, as shells have it.</param>
internal sealed partial record CommandResult(string CommandLine, int ExitCode, string Stdout, string Stderr)
{
    /// <summary>True when a signal ended the command: a crash, whatever it has printed.</summary>
    public bool EndedBySignal => ExitCode is > 128 and < 128 + 65;

    /// <summary>Everything it printed, answers before complaints.</summary>
    public string Output => Stdout + Stderr;

    /// <summary>What stderr says beyond the log lines of a balancer that does well.</summary>
    public string Complaints => ComplaintsIn(Stderr);

    /// <summary>What of a balancer's stderr is no log line of one that does well.</summary>
    public static string ComplaintsIn(string stderr) => string.Concat(
        stderr.Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Where(line => !GoodNews().IsMatch(line))
            .Select(line => line + '\n'));

    [GeneratedRegex("^[0-9-]+T[0-9:.]+Z (notice|info|debug) ")]
    private static partial Regex GoodNews();

    public CommandResult MustSucceed() => ExitCode == 0 ? this : throw new CommandFailedException(this);

    public override string ToString() =>
        $"{CommandLine}\n  exit {ExitCode}\n  stdout: {Quote(Stdout)}\n  stderr: {Quote(Stderr)}";

    private static string Quote(string text) =>
        text.Length == 0 ? "(nothing)" : text.ReplaceLineEndings("\n          ");
}

/// <summary>A command that had to succeed did not.</summary>
internal sealed class CommandFailedException(CommandResult result) : Exception($"This had to succeed:\n{result}");

using Nfqlb.EndToEnd.Lab;

namespace Nfqlb.EndToEnd.CommandLine;

/// <summary>What a refusal has to look like: an exit code, and one line that a person can act on.</summary>
internal static class Complaint
{
    /// <summary>The one recorded refusal of 1.2.0 that says no reason; ours follows on a line of its own.</summary>
    private const string WithoutReason = "FAILED mapSharedData: ";

    /// <param name="names">What the line must name: the option, the value, the file.</param>
    public static void Check(CommandResult result, params IReadOnlyList<string> names)
    {
        // 1: this host is to blame, or, in the commands of 1.2.0, the command line. 2: the command line. 255: the
        // server's answer, as 1.2.0 has it.
        Assert.True(result.ExitCode is 1 or 2 or 255, $"wanted exit 1, 2 or 255:\n{result}");
        string line = result.Output.TrimEnd('\n');
        Assert.True(line.Length > 0 && result.Output == line + "\n", $"wanted one whole line:\n{result}");
        if (line.StartsWith(WithoutReason, StringComparison.Ordinal) && line.Contains('\n'))
        {
            string[] lines = line.Split('\n');
            Assert.True(lines.Length == 2, $"wanted the reason on a second line:\n{result}");
            line = string.Join(' ', lines);
        }
        // A line break or an escape sequence in a value must not reach the terminal or a log as such.
        Assert.False(line.Any(char.IsControl), $"wanted no control characters:\n{result}");
        Assert.All(names, name => Assert.True(line.Contains(name), $"wanted a line that names {name}:\n{result}"));
    }
}

using System.Diagnostics;
using System.Text;

namespace Nfqlb.EndToEnd.Lab;

/// <summary>Runs one command to its end, under a time limit.</summary>
internal static class Command
{
    public static readonly TimeSpan DefaultLimit = TimeSpan.FromSeconds(20);

    /// <param name="words">The program and its arguments, each passed on untouched.</param>
    /// <param name="stdin">What the command reads; then its input ends.</param>
    /// <exception cref="TimeoutException">It did not end in time. It has been killed.</exception>
    public static CommandResult Run(IReadOnlyList<string> words, string stdin = "", TimeSpan? limit = null)
    {
        using Process process = Start(words);
        Task<string> stdout = process.StandardOutput.ReadToEndAsync();
        Task<string> stderr = process.StandardError.ReadToEndAsync();
        Feed(process, stdin);
        TimeSpan most = limit ?? DefaultLimit;
        bool ended = process.WaitForExit(most);
        if (!ended)
        {
            process.Kill(entireProcessTree: true);
            process.WaitForExit();
        }
        // The streams may outlive the command in a child it left behind; that is a failure too, not a reason to hang.
        if (!Task.WaitAll([stdout, stderr], most))
        {
            throw new TimeoutException($"{Line(words)}: ended, but a child of it still holds its output.");
        }
        var result = new CommandResult(Line(words), process.ExitCode, stdout.Result, stderr.Result);
        return ended ? result : throw new TimeoutException($"Not ended after {most.TotalSeconds} s:\n{result}");
    }

    /// <summary>Starts a command with all three streams redirected.</summary>
    public static Process Start(IReadOnlyList<string> words)
    {
        var info = new ProcessStartInfo(words[0])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardOutputEncoding = Encoding.UTF8,
            StandardErrorEncoding = Encoding.UTF8,
            UseShellExecute = false,
        };
        foreach (string word in words.Skip(1))
        {
            info.ArgumentList.Add(word);
        }
        return Process.Start(info) ?? throw new InvalidOperationException($"{Line(words)}: not started.");
    }

    /// <summary>The words as a person would type them.</summary>
    public static string Line(IEnumerable<string> words) =>
        string.Join(' ', words.Select(word => word.Length > 0 && !word.Any(NeedsQuotes) ? word : $"'{word}'"));

    private static bool NeedsQuotes(char c) => !char.IsAsciiLetterOrDigit(c) && !"-_=./:,@%+[]".Contains(c);

    private static void Feed(Process process, string stdin)
    {
        try
        {
            process.StandardInput.Write(stdin);
            process.StandardInput.Close();
        }
        catch (IOException)
        {
            // The command ended without reading its input: its exit code tells whether that is right.
        }
    }
}

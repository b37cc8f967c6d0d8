using System.Diagnostics;

namespace Nfqlb.PathBench.Lab;

/// <summary>Runs programs of the system; one that fails ends the benchmark with what it said.</summary>
internal static class Command
{
    /// <summary>Runs to the end.</summary>
    /// <returns>What it wrote.</returns>
    /// <exception cref="BenchException">It failed.</exception>
    public static string Run(string program, params string[] arguments) => Feed("", program, arguments);

    /// <summary>Runs to the end with a text as its standard input.</summary>
    /// <exception cref="BenchException">It failed.</exception>
    public static string Feed(string input, string program, params string[] arguments)
    {
        using var process = Start(program, arguments);
        process.StandardInput.Write(input);
        process.StandardInput.Close();
        return Finish(process);
    }

    /// <summary>Starts a program that goes on by itself.</summary>
    public static Process Start(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        return Process.Start(start) ?? throw new BenchException($"{program} does not start");
    }

    /// <summary>Waits for the end of a program.</summary>
    /// <returns>What it wrote.</returns>
    /// <exception cref="BenchException">It failed.</exception>
    public static string Finish(Process process)
    {
        var errors = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0
            ? output
            : throw new BenchException(
                $"{process.StartInfo.FileName} {string.Join(' ', process.StartInfo.ArgumentList)}: "
                + (errors.Result + output).Trim());
    }
}

using System.Diagnostics;

namespace Nfqlb.Kubernetes.Tests;

/// <summary>The client that everybody has.</summary>
internal static class Kubectl
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <summary>What it prints; it has to succeed.</summary>
    public static string Run(params string[] words)
    {
        using var process = Start(words);
        var (output, errors) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        Assert.True(process.WaitForExit(Patience), $"kubectl {string.Join(' ', words)} does not end");
        Assert.True(process.ExitCode == 0, $"kubectl {string.Join(' ', words)}: {errors.Result}");
        return output.Result;
    }

    /// <summary>Goes on until it is killed.</summary>
    public static Process Start(params string[] words) => Process.Start(new ProcessStartInfo("kubectl", words)
    {
        RedirectStandardOutput = true,
        RedirectStandardError = true,
    })!;
}

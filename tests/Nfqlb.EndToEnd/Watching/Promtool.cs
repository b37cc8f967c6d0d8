using Nfqlb.EndToEnd.Lab;

namespace Nfqlb.EndToEnd.Watching;

/// <summary>Prometheus's own judge of metrics and rules; `make` fetches it.</summary>
internal static class Promtool
{
    public static string Path { get; } = System.IO.Path.Combine(Executables.RepositoryRoot, "out", "promtool");

    /// <summary>Fails unless it has nothing to say against what it is given.</summary>
    public static void Approves(string stdin, params string[] words)
    {
        Assert.True(File.Exists(Path), $"{Path} is missing: `make promtool` fetches it, or says why it cannot");
        CommandResult result = Command.Run([Path, .. words], stdin);
        Assert.True(result.ExitCode == 0 && result.Stderr.Length == 0, $"{result}");
    }
}

using Nfqlb.EndToEnd.Lab;
using Nfqlb.EndToEnd.Model;

namespace Nfqlb.EndToEnd.Transcript;

/// <summary>A command line and the answer that nfqlb 1.2.0 gave to it.</summary>
internal sealed record RecordedCommand(string[] Args, string Stdout, string Stderr, int Exit)
{
    /// <summary>In the order of recording: later answers depend on earlier commands.</summary>
    public static IReadOnlyList<RecordedCommand> All { get; } =
        RecordedData.Load<RecordedCommand[]>("cli-transcript.json");

    public string CommandLine => string.Join(' ', Args);

    public bool Equals(CommandResult result) =>
        (Stdout, Stderr, Exit) == (result.Stdout, result.Stderr, result.ExitCode);
}

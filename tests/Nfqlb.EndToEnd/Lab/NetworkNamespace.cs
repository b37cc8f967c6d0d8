namespace Nfqlb.EndToEnd.Lab;

/// <summary>One host of the laboratory: a network namespace of a <see cref="Sandbox"/>.</summary>
/// <remarks>
/// Its commands run as child processes. The test process itself never enters a namespace: .NET hands its threads
/// from one task to the next, and a thread that came back from elsewhere would take unrelated work along.
/// </remarks>
internal sealed class NetworkNamespace(Sandbox sandbox, string name)
{
    public string Name { get; } = name;

    /// <summary>Runs a command to its end. Its exit code is the caller's to judge.</summary>
    public CommandResult Run(params IReadOnlyList<string> words) => Command.Run(sandbox.Enter(this, words));

    /// <summary>Runs a shell script that has to succeed: each of its commands, not only the last.</summary>
    public CommandResult Shell(string script, TimeSpan? limit = null) =>
        Command.Run(sandbox.Enter(this, ["bash", "-euo", "pipefail", "-s"]), script, limit).MustSucceed();

    /// <summary>Starts a program that runs on while the test does other things.</summary>
    public BackgroundProcess Start(params IReadOnlyList<string> words) => sandbox.Start(this, words);
}

using Nfqlb.PathBench.Lab;

namespace Nfqlb.PathBench.Contenders;

/// <summary>One of the C loops in native/bench: accepts all, gives the targets' marks in turn.</summary>
internal sealed class Loop(string name, string description, string program) : IContender
{
    /// <inheritdoc/>
    public string Name => name;

    /// <inheritdoc/>
    public string Description => description;

    /// <inheritdoc/>
    public IRunning Start(Scenario scenario, QueueSpan queues) => new QueueReader(
        queues,
        Cores.Balancer(scenario),
        program,
        [$"--queue={queues}", $"--mark={Network.MarkOf(0)}-{Network.MarkOf(scenario.Targets - 1)}"]);
}

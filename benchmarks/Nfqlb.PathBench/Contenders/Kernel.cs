using Nfqlb.PathBench.Lab;
using Nfqlb.PathBench.Results;

namespace Nfqlb.PathBench.Contenders;

/// <summary>No balancer: a rule marks packets, the kernel forwards them on the core a balancer would have.</summary>
internal sealed class Kernel : IContender
{
    /// <inheritdoc/>
    public string Name => RunResult.Kernel;

    /// <inheritdoc/>
    public string Description => "no queue: an nft rule gives the marks in turn and the kernel forwards";

    /// <inheritdoc/>
    public IRunning Start(Scenario scenario, QueueSpan queues) => new Running(scenario);

    private sealed class Running(Scenario scenario) : IRunning
    {
        public int? ProcessId => null;

        public long QueueDrops => 0;

        public long Waiting => 0;

        public void TakeTraffic() => Steering.ToKernel(scenario.Targets, scenario.Senders);

        public void Dispose() => Steering.ToNobody();
    }
}

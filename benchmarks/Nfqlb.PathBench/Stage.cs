using Nfqlb.PathBench.Contenders;
using Nfqlb.PathBench.Lab;

namespace Nfqlb.PathBench;

/// <summary>All contenders, set up for all scenarios, each on queues of its own.</summary>
internal sealed class Stage : IDisposable
{
    private readonly Dictionary<(IContender, Scenario), IRunning> _running = [];

    /// <summary>Starts them; 10,000 flows take their time.</summary>
    public Stage(IEnumerable<IContender> contenders, IEnumerable<Scenario> scenarios, Progress progress)
    {
        int queue = 0;
        foreach (var (contender, scenario) in
            from contender in contenders
            from scenario in scenarios.Select(Setup).Distinct()
            where contender.Takes(scenario)
            select (contender, scenario))
        {
            progress.Now($"starting {contender.Name} for {scenario}");
            _running[(contender, scenario)] = contender.Start(scenario, new QueueSpan(queue, scenario.Queues));
            queue += scenario.Queues;
        }
    }

    /// <summary>The contender that was set up for a scenario.</summary>
    public IRunning this[IContender contender, Scenario scenario] => _running[(contender, Setup(scenario))];

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var running in _running.Values)
        {
            running.Dispose();
        }
    }

    /// <summary>The layout of the kernel's rules makes no difference to a balancer, nor does what will come.</summary>
    private static Scenario Setup(Scenario scenario) =>
        scenario with { Layout = MarkLayout.Flat, Traffic = Traffic.Small };
}

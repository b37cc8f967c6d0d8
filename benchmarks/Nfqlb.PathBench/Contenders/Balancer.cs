using Nfqlb.PathBench.Lab;

namespace Nfqlb.PathBench.Contenders;

/// <summary>An nfqlb, ours or another: set up as its users do, by its commands.</summary>
/// <param name="name">Its name in tables.</param>
/// <param name="description">One line.</param>
/// <param name="program">Its file.</param>
/// <param name="isOurs">It knows `--cpus` and `--drain-seconds`.</param>
internal sealed class Balancer(string name, string description, string program, bool isOurs) : IContender
{
    private const int TableSize = 9973, LongerThanAnyRun = 86_400;

    /// <inheritdoc/>
    public string Name => name;

    /// <inheritdoc/>
    public string Description => description;

    /// <inheritdoc/>
    public bool Takes(Scenario scenario) => isOurs || scenario.Drain == Drain.Unasked;

    /// <inheritdoc/>
    public IRunning Start(Scenario scenario, QueueSpan queues)
    {
        // A pool and a control address of its own: many run side by side, and other versions' pools differ in form.
        string pool = $"bench-{name}-{queues.First}";
        Command.Run(program, "init", $"--shm={pool}", $"--M={TableSize}", $"--N={scenario.Targets}");
        int comeLater = scenario.Drain == Drain.Running ? 1 : 0;
        string[] marks = [.. Enumerable.Range(0, scenario.Targets).Select(target => $"{Network.MarkOf(target)}")];
        Command.Run(program, ["activate", $"--shm={pool}", .. marks[..^comeLater]]);

        var control = new FlowControl(pool);
        bool isPinned = isOurs && scenario.Place == WorkerPlace.Receiving;
        var reader = new QueueReader(
            queues,
            Cores.Balancer(isPinned ? scenario with { Place = WorkerPlace.Anywhere } : scenario),
            program,
            [
                "flowlb", $"--queue={queues}", .. isPinned ? [$"--cpus={Cores.Generator}"] : (string[])[],
                .. DrainOptions(scenario.Drain),
            ],
            (FlowControl.Variable, control.Address));
        try
        {
            for (int flow = 0; flow < scenario.Flows; flow++)
            {
                control.Set($"flow-{flow}", pool, $"{Scenario.VirtualIp(flow)}/32", Scenario.Port);
            }
            if (comeLater > 0)
            {
                Command.Run(program, ["activate", $"--shm={pool}", .. marks[^comeLater..]]);
            }
        }
        catch
        {
            reader.Dispose();
            throw;
        }
        return reader;
    }

    private static string[] DrainOptions(Drain drain) => drain switch
    {
        Drain.Unasked => [],
        Drain.Off => ["--drain-seconds=0"],
        _ => [$"--drain-seconds={LongerThanAnyRun}"],
    };
}

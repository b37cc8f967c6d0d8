using Nfqlb.PathBench.Lab;

namespace Nfqlb.PathBench.Contenders;

/// <summary>An nfqlb, ours or another: set up as its users do, by its commands.</summary>
/// <param name="name">Its name in tables.</param>
/// <param name="description">One line.</param>
/// <param name="program">Its file.</param>
/// <param name="pinsItself">It knows `--cpus`.</param>
internal sealed class Balancer(string name, string description, string program, bool pinsItself) : IContender
{
    private const int TableSize = 9973;

    /// <inheritdoc/>
    public string Name => name;

    /// <inheritdoc/>
    public string Description => description;

    /// <inheritdoc/>
    public IRunning Start(Scenario scenario, QueueSpan queues)
    {
        // A pool and a control address of its own: many run side by side, and other versions' pools differ in form.
        string pool = $"bench-{name}-{queues.First}";
        Command.Run(program, "init", $"--shm={pool}", $"--M={TableSize}", $"--N={scenario.Targets}");
        var marks = Enumerable.Range(0, scenario.Targets).Select(target => $"{Network.MarkOf(target)}");
        Command.Run(program, ["activate", $"--shm={pool}", .. marks]);

        var control = new FlowControl(pool);
        bool isPinned = pinsItself && scenario.Place == WorkerPlace.Receiving;
        var reader = new QueueReader(
            queues,
            Cores.Balancer(isPinned ? scenario with { Place = WorkerPlace.Anywhere } : scenario),
            program,
            ["flowlb", $"--queue={queues}", .. isPinned ? [$"--cpus={Cores.Generator}"] : (string[])[]],
            (FlowControl.Variable, control.Address));
        try
        {
            for (int flow = 0; flow < scenario.Flows; flow++)
            {
                control.Set($"flow-{flow}", pool, $"{Scenario.VirtualIp(flow)}/32", Scenario.Port);
            }
        }
        catch
        {
            reader.Dispose();
            throw;
        }
        return reader;
    }
}

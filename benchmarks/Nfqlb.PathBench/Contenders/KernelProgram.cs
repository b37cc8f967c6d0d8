using System.Diagnostics;
using System.Text.Json;
using Nfqlb.PathBench.Lab;

namespace Nfqlb.PathBench.Contenders;

/// <summary>Our flowlb with its program in the kernel, on the core a balancer would have. Nothing is queued.</summary>
/// <remarks>It sees all that comes by its link, so it runs only while it has the traffic.</remarks>
/// <param name="name">Its name in tables.</param>
/// <param name="description">One line.</param>
/// <param name="program">Its file.</param>
/// <param name="exit">What `--fast-path-exit` says.</param>
internal sealed class KernelProgram(string name, string description, string program, string exit) : IContender
{
    private const int TableSize = 9973;
    private static readonly string[] Taken = ["decided", "redirected"];
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(30);

    /// <inheritdoc/>
    public string Name => name;

    /// <inheritdoc/>
    public string Description => description;

    /// <inheritdoc/>
    public bool Takes(Scenario scenario) =>
        scenario with { Layout = Plan.Base.Layout } is var flat
        && (flat == Plan.Base with { Flows = flat.Flows } || flat == Plan.AllCores with { Flows = flat.Flows });

    /// <inheritdoc/>
    public IRunning Start(Scenario scenario, QueueSpan queues)
    {
        string pool = $"bench-{exit}-{queues.First}";
        Command.Run(program, "init", $"--shm={pool}", $"--M={TableSize}", $"--N={scenario.Targets}");
        var marks = Enumerable.Range(0, scenario.Targets).Select(target => $"{Network.MarkOf(target)}");
        Command.Run(program, ["activate", $"--shm={pool}", .. marks]);
        return new Running(this, scenario, queues, pool);
    }

    private sealed class Running(KernelProgram contender, Scenario scenario, QueueSpan queues, string pool) : IRunning
    {
        private readonly FlowControl _control = new(pool);

        /// <summary>What it costs is the kernel's, and not in the process.</summary>
        public int? ProcessId => null;

        /// <summary>What the program has left to the queues, where nothing takes it here.</summary>
        public long QueueDrops => FastPath() is { } fastPath
            ? fastPath.GetProperty("links").EnumerateArray().SelectMany(link => link.EnumerateObject())
                .Where(outcome => outcome.Value.ValueKind == JsonValueKind.Number && !Taken.Contains(outcome.Name))
                .Sum(outcome => outcome.Value.GetInt64())
            : throw new BenchException("the fast path is not on");

        public long Waiting => 0;

        public void TakeTraffic()
        {
            var reader = new QueueReader(
                queues, Cores.Balancer(scenario), contender.Program,
                ["flowlb", $"--queue={queues}", $"--fast-path={Network.FromClient}",
                    $"--fast-path-vips={Scenario.VirtualIps}", $"--fast-path-exit={contender.Exit}"],
                (FlowControl.Variable, _control.Address));
            try
            {
                for (int flow = 0; flow < scenario.Flows; flow++)
                {
                    _control.Set($"flow-{flow}", pool, $"{Scenario.VirtualIp(flow)}/32", Scenario.Port);
                }
                AwaitProgram();
                Steering.ToProgram(reader, scenario.Senders);
            }
            catch
            {
                reader.Dispose();
                throw;
            }
        }

        public void Dispose() => Steering.ToNobody();

        /// <summary>Flows that have just been set are left to the queues, which get nothing here, until the program
        /// has them.</summary>
        private void AwaitProgram()
        {
            long start = Stopwatch.GetTimestamp();
            while (!IsOn())
            {
                if (Stopwatch.GetElapsedTime(start) > StartLimit)
                {
                    throw new BenchException("the fast path is not on");
                }
                Thread.Sleep(20);
            }
        }

        private bool IsOn() => FastPath()?.GetProperty("state").GetString() == "on";

        private JsonElement? FastPath()
        {
            using var counters = JsonDocument.Parse(Command.Run(
                "env", $"{FlowControl.Variable}={_control.Address}", contender.Program, "counters"));
            return counters.RootElement.TryGetProperty("fast_path", out var fastPath) ? fastPath.Clone() : null;
        }
    }

    private string Program => program;

    private string Exit => exit;
}

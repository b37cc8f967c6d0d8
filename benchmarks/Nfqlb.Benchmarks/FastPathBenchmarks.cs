using BenchmarkDotNet.Attributes;
using Nfqlb.Benchmarks.Support;
using Nfqlb.FastPath;
using Nfqlb.FastPath.Measuring;
using Nfqlb.Flows;
using Nfqlb.Linux.Bpf;
using Nfqlb.Maglev;
using Nfqlb.Packets;
using Nfqlb.Routing;

namespace Nfqlb.Benchmarks;

/// <summary>What the program in the kernel takes for a packet, each of another flow, picked at random; needs root.
/// </summary>
/// <remarks>With what the kernel takes to run any program so (BPF_PROG_TEST_RUN), and to make the packet one of another
/// flow: the same with one flow.</remarks>
public class FastPathBenchmarks
{
    private const int Runs = 1_000_000;
    private const uint FirstDestination = 0x1400_0001;

    private FastPathProgram _program = null!;
    private byte[] _frame = [];

    /// <summary>How many flows there are, a virtual IP and a port each.</summary>
    [Params(1, 100, 10_000)]
    public int Flows { get; set; }

    /// <summary>Loads the program; it must decide every packet.</summary>
    [GlobalSetup]
    public void SetUp()
    {
        _program = FastPathProgram.Load(File.ReadAllBytes(BuiltFile.PathOf("native/fastpath-walk.bpf.o")));
        var tables = new FastPathTables(_program.Memory, worker: 0, HashMode.Tuple, MarkMask.All);
        tables.SetLink(0, new LinkIndex(1), isEthernet: true); // packets that come from nowhere come by loopback
        var flows = new FlowTable(workers: 1);
        var pool = Pools.Full("pool", entries: 997, slots: 10);
        var made = Enumerable.Range(0, Flows).Select(FlowOf).ToArray();
        flows.Fill([.. made.Select(flow => (flow, (TargetPool?)pool))]);
        tables.Publish(flows.Current, made.SelectMany(flow => flow.Destinations));
        tables.Resume();
        _frame = WalkFrame.Of(Flows, FirstDestination);
        Decide();
        if (tables.OutcomesOf(link: 0, outcome: 0) != Runs)
        {
            throw new InvalidOperationException("packets that are not decided");
        }
    }

    /// <summary>The time is that of one packet.</summary>
    [Benchmark(OperationsPerInvoke = Runs)]
    public uint Decide() => _program.Try(_frame, repeat: Runs).Mark;

    /// <summary>Unloads it.</summary>
    [GlobalCleanup]
    public void CleanUp() => _program.Dispose();

    private static Flow FlowOf(int number)
    {
        var text = new FlowText
        {
            Name = $"flow-{number}",
            Target = "pool",
            Protocols = "tcp",
            Destinations = $"{Address.FromIpv4(FirstDestination + (uint)number)}/32",
            DestinationPorts = $"{number + 1}",
        };
        return text.Parse();
    }
}

using BenchmarkDotNet.Attributes;
using Nfqlb.Benchmarks.Support;
using Nfqlb.Drain;
using Nfqlb.Flows;
using Nfqlb.Maglev;

namespace Nfqlb.Benchmarks;

/// <summary>What a packet costs while connections may stay with their targets.</summary>
public class DrainBenchmarks
{
    private const int BatchSize = 64, Entries = 9_973, Slots = 100;

    private Classifier _classifier = null!;
    private byte[][] _bytes = [];

    /// <summary>What may have happened.</summary>
    public enum State
    {
        /// <summary>--drain-seconds=0.</summary>
        Off,

        /// <summary>Nothing has changed for a while.</summary>
        Idle,

        /// <summary>One target of 20 has come.</summary>
        OneOf20Comes,

        /// <summary>One target of four has come.</summary>
        OneOf4Comes,
    }

    /// <summary>What has happened.</summary>
    [Params(State.Off, State.Idle, State.OneOf20Comes, State.OneOf4Comes)]
    public State Drain { get; set; }

    /// <summary>Lets targets come; every packet must find one.</summary>
    [GlobalSetup]
    public void SetUp()
    {
        _bytes = new Traffic(FlowShape.DisjointAddresses, flows: 1).Bytes;
        int targets = Drain == State.OneOf4Comes ? 4 : 20;
        var segment = Pools.Empty(Entries, Slots);
        segment.Publish(Marks(Drain is State.Off or State.Idle ? targets : targets - 1));
        var connections = Drain == State.Off ? null : new ConnectionTable(new DrainOptions { Clock = () => 1 });
        var pool = new TargetPool(new PoolName("pool"), segment, workers: 1, connections);
        segment.Publish(Marks(targets));
        var flows = new FlowTable(workers: 1);
        flows.Set(Traffic.FlowOf(FlowShape.DisjointAddresses, 0), pool);
        _classifier = new Classifier(0, flows, new ClassifierOptions { Clock = () => 1 });
        if (Classify() != Traffic.Packets)
        {
            throw new InvalidOperationException("packets without a target");
        }
    }

    /// <summary>The time is that of one packet.</summary>
    [Benchmark(OperationsPerInvoke = Traffic.Packets)]
    public int Classify()
    {
        int accepted = 0;
        for (int first = 0; first < _bytes.Length; first += BatchSize)
        {
            _classifier.StartBatch();
            foreach (byte[] bytes in _bytes.AsSpan(first, BatchSize))
            {
                accepted += _classifier.Classify(bytes).IsAccept ? 1 : 0;
            }
        }
        return accepted;
    }

    private static int[] Marks(int targets) =>
        [.. Enumerable.Range(1, Slots).Select(mark => mark <= targets ? mark : -1)];
}

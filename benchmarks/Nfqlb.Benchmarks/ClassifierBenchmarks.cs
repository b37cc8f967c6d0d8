using BenchmarkDotNet.Attributes;
using Nfqlb.Benchmarks.Support;

namespace Nfqlb.Benchmarks;

/// <summary>All that nfqlb does with a packet: parse, flow, hash, table, counters.</summary>
public class ClassifierBenchmarks
{
    private const int BatchSize = 64;

    private Classifier _classifier = null!;
    private byte[][] _bytes = [];

    /// <summary>Flows set, a virtual IP each.</summary>
    [Params(1, 100, 1_000, 10_000)]
    public int Flows { get; set; }

    /// <summary>Sets them; every packet must find a target.</summary>
    [GlobalSetup]
    public void SetUp()
    {
        var traffic = new Traffic(FlowShape.DisjointAddresses, Flows);
        _classifier = new Classifier(0, traffic.Flows, new ClassifierOptions { Clock = () => 0 });
        _bytes = traffic.Bytes;
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
            var batch = _bytes.AsSpan(first, BatchSize);
            _classifier.StartBatch();
            foreach (byte[] bytes in batch)
            {
                accepted += _classifier.Classify(bytes).IsAccept ? 1 : 0;
            }
        }
        return accepted;
    }
}

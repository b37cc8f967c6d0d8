using BenchmarkDotNet.Attributes;
using Nfqlb.Benchmarks.Support;
using Nfqlb.Flows;

namespace Nfqlb.Benchmarks;

/// <summary>A flow among many is redefined: from the request to the set that workers find.</summary>
public class FlowChangeBenchmarks
{
    private readonly Flow[] _definitions = new Flow[2];
    private Traffic _traffic = null!;
    private int _changes;

    /// <summary>Flows set.</summary>
    [Params(1, 100, 1_000, 10_000)]
    public int Flows { get; set; }

    /// <summary>What they look like.</summary>
    [ParamsAllValues]
    public FlowShape Shape { get; set; }

    /// <summary>Sets them.</summary>
    [GlobalSetup]
    public void SetUp()
    {
        _traffic = new Traffic(Shape, Flows);
        for (int priority = 0; priority < _definitions.Length; priority++)
        {
            _definitions[priority] = Traffic.FlowOf(Shape, Flows / 2, priority);
        }
        _traffic.Flows.Set(_definitions[0], _traffic.Pool);
    }

    /// <summary>To another priority and back, in turn.</summary>
    [Benchmark]
    public bool Redefine() => _traffic.Flows.Set(_definitions[++_changes % _definitions.Length], _traffic.Pool);
}

using BenchmarkDotNet.Attributes;
using Nfqlb.Benchmarks.Support;
using Nfqlb.Flows;
using Nfqlb.Packets;

namespace Nfqlb.Benchmarks;

/// <summary>Which flow is a packet of: by the number of flows, and by what they have in common.</summary>
public class FlowLookupBenchmarks
{
    private FlowSet _flows = FlowSet.Empty;
    private byte[][] _bytes = [];
    private Packet[] _packets = [];

    /// <summary>Flows set.</summary>
    [Params(1, 100, 1_000, 10_000)]
    public int Flows { get; set; }

    /// <summary>What they look like.</summary>
    [ParamsAllValues]
    public FlowShape Shape { get; set; }

    /// <summary>Sets the flows and parses the packets; every one must belong to a flow.</summary>
    [GlobalSetup]
    public void SetUp()
    {
        var traffic = new Traffic(Shape, Flows);
        _flows = traffic.Flows.Current;
        _bytes = traffic.Bytes;
        _packets = [.. _bytes.Select(Parse)];
        if (Find() != Traffic.Packets)
        {
            throw new InvalidOperationException("packets without a flow");
        }
    }

    /// <summary>The time is that of one packet.</summary>
    [Benchmark(OperationsPerInvoke = Traffic.Packets)]
    public int Find()
    {
        int found = 0;
        for (int i = 0; i < _packets.Length; i++)
        {
            found += _flows.TryFind(_packets[i], _bytes[i], isPromiscuousPing: false, out _) ? 1 : 0;
        }
        return found;
    }

    private static Packet Parse(byte[] bytes) => Packet.TryParse(bytes, out var packet) == Unparsable.None
        ? packet
        : throw new InvalidOperationException("not a packet");
}

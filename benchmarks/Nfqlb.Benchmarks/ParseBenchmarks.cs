using BenchmarkDotNet.Attributes;
using Nfqlb.Benchmarks.Support;
using Nfqlb.Packets;

namespace Nfqlb.Benchmarks;

/// <summary>From bytes to a key, for each kind of packet.</summary>
public class ParseBenchmarks
{
    private byte[] _bytes = [];

    /// <summary>Which packet.</summary>
    [ParamsAllValues]
    public SampleKind Kind { get; set; }

    /// <summary>Makes it.</summary>
    [GlobalSetup]
    public void SetUp()
    {
        _bytes = SamplePackets.Of(Kind);
        if (Packet.TryParse(_bytes, out _) != Unparsable.None)
        {
            throw new InvalidOperationException($"{Kind} is not a packet");
        }
    }

    /// <summary>All of it.</summary>
    [Benchmark]
    public Unparsable Parse() => Packet.TryParse(_bytes, out _);
}

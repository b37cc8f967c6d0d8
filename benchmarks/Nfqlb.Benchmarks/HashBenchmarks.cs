using BenchmarkDotNet.Attributes;
using Nfqlb.Packets;

namespace Nfqlb.Benchmarks;

/// <summary>The hash of a packet's key, beside the chain of 40 steps it stands for.</summary>
public class HashBenchmarks
{
    private readonly byte[] _bytes = new byte[40];
    private PacketKey _key;

    /// <summary>Any key will do: the time does not depend on it.</summary>
    [GlobalSetup]
    public void SetUp()
    {
        new Random(1).NextBytes(_bytes);
        _key = new PacketKey(
            Address.FromIpv4(0xc612_0101), Address.FromIpv4(0x6440_0001), IpProtocol.Udp, 40_000, 5_000);
    }

    /// <summary>djb2 as its definition reads.</summary>
    [Benchmark(Baseline = true)]
    public uint ByteByByte()
    {
        uint hash = 5381;
        foreach (byte b in _bytes)
        {
            hash = unchecked(hash * 33 + b);
        }
        return hash;
    }

    /// <summary>Addresses, protocol, ports, echo id.</summary>
    [Benchmark]
    public uint Tuple() => FlowHash.OfTuple(_key);

    /// <summary>What SCTP is spread by.</summary>
    [Benchmark]
    public uint Ports() => FlowHash.OfPorts(_key);
}

using BenchmarkDotNet.Attributes;
using Nfqlb.Packets;

namespace Nfqlb.Benchmarks;

/// <summary>The hash of a packet's key, beside the chain of 40 steps it stands for.</summary>
public class HashBenchmarks
{
    private readonly byte[] _bytes = new byte[40];
    private readonly HashRule _symmetric = new(HashFields.All, isSymmetric: true);
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

    /// <summary>The same in a keyed pool: SipHash-2-4.</summary>
    [Benchmark]
    public uint KeyedTuple() => KeyedHash.OfTuple(new HashSeed(1, 2), _key);

    /// <summary>In a flow that has both directions hashed as one.</summary>
    [Benchmark]
    public uint SymmetricTuple() => FlowHash.OfTuple(_symmetric.Of(_key));

    /// <summary>What SCTP is spread by.</summary>
    [Benchmark]
    public uint Ports() => FlowHash.OfPorts(_key);
}

using BenchmarkDotNet.Attributes;
using Nfqlb.Fragments;
using Nfqlb.Packets;

namespace Nfqlb.Benchmarks;

/// <summary>The fragment table alone, with packets of four fragments.</summary>
public class FragmentBenchmarks
{
    private const int Packets = 1_000;
    private const int Pieces = 4;
    private const long Gap = 1_000_000_000;

    private static readonly Verdict Target = Verdict.Accept(new FirewallMark(1));
    private static readonly byte[] Bytes = new byte[1_500];

    private readonly Fragment[] _fragments = new Fragment[Packets * Pieces];
    private FragmentTable _table = null!;
    private long _now;

    /// <summary>Every packet its own id; all of one source and destination.</summary>
    [GlobalSetup]
    public void SetUp()
    {
        var source = Address.FromIpv4(0xc612_0101);
        var destination = Address.FromIpv4(0x6440_0001);
        for (int i = 0; i < _fragments.Length; i++)
        {
            _fragments[i] = new Fragment
            {
                Key = new FragmentKey(source, destination, IpProtocol.Udp, (uint)(i / Pieces)),
                Offset = i % Pieces * 1_480,
                Length = 1_480,
                PacketBytes = Bytes.Length,
                IsLast = i % Pieces == Pieces - 1,
            };
        }
        _table = new FragmentTable(new FragmentTableOptions(), new Nowhere());
        if (InOrder() != _fragments.Length || Reversed() != Packets)
        {
            throw new InvalidOperationException("fragments without a verdict");
        }
    }

    /// <summary>The time is that of one fragment.</summary>
    [Benchmark(OperationsPerInvoke = Packets * Pieces)]
    public int InOrder()
    {
        int passed = 0;
        _now += Gap;
        foreach (ref readonly var fragment in _fragments.AsSpan())
        {
            passed += Add(fragment) == FragmentOutcome.Passed ? 1 : 0;
        }
        return passed;
    }

    /// <summary>The same from the end: three of four are copied, and written back when the first one comes.</summary>
    [Benchmark(OperationsPerInvoke = Packets * Pieces)]
    public int Reversed()
    {
        int passed = 0;
        _now += Gap;
        for (int i = _fragments.Length - 1; i >= 0; i--)
        {
            passed += Add(_fragments[i]) == FragmentOutcome.Passed ? 1 : 0;
        }
        return passed;
    }

    private FragmentOutcome Add(in Fragment fragment) => fragment.Offset == 0
        ? _table.AddFirst(fragment, Target, _now)
        : _table.AddLater(fragment, Bytes, _now, out _);

    private sealed class Nowhere : IReinjection
    {
        public bool TryWrite(ReadOnlySpan<byte> packet) => true;
    }
}

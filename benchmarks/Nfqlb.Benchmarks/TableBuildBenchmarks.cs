using System.Runtime.InteropServices;
using BenchmarkDotNet.Attributes;
using Nfqlb.Benchmarks.Support;
using Nfqlb.Maglev;

namespace Nfqlb.Benchmarks;

/// <summary>A table of 65,537 entries for 1,000 targets: the loop alone, beside plain C, and a whole change.</summary>
public unsafe class TableBuildBenchmarks
{
    private const int Entries = 65_537;
    private const int Slots = 1_000;

    private readonly Permutation[] _permutations = new Permutation[Slots];
    private readonly Permutation[] _used = new Permutation[Slots];
    private readonly int[] _turns = [.. Enumerable.Range(0, Slots)];
    private readonly int[] _marks = [.. Enumerable.Range(1, Slots)];
    private readonly ushort[] _entries = new ushort[Entries];
    private readonly uint[] _offsets = new uint[Slots], _skips = new uint[Slots], _next = new uint[Slots];
    private readonly PoolSegment _pool = Pools.Empty(Entries, Slots);
    private PoolContent _equal = null!, _weighted = null!;
    private delegate* unmanaged<ushort*, uint, uint*, uint*, uint*, uint, void> _fill;

    /// <summary>Draws the permutations, and makes sure that both loops give the same table.</summary>
    [GlobalSetup]
    public void SetUp()
    {
        Permutation.Draw(new GlibcRandom(), Entries, _permutations);
        for (int slot = 0; slot < Slots; slot++)
        {
            (_offsets[slot], _skips[slot]) = ((uint)_permutations[slot].Offset, (uint)_permutations[slot].Skip);
        }
        nint library = NativeLibrary.Load(BuiltFile.PathOf("libbench_fill.so"));
        _fill = (delegate* unmanaged<ushort*, uint, uint*, uint*, uint*, uint, void>)
            NativeLibrary.GetExport(library, "bench_fill");

        _equal = _pool.ReadContent().WithMarks(_marks);
        _weighted = _equal with
        {
            Slots = [.. _equal.Slots.Select(Weighted)],
        };

        FillInC();
        var expected = _entries.ToArray();
        Fill();
        if (!expected.AsSpan().SequenceEqual(_entries))
        {
            throw new InvalidOperationException("C and C# disagree");
        }
    }

    /// <summary>native/bench/fill.c, gcc -O2.</summary>
    [Benchmark(Baseline = true)]
    public void FillInC()
    {
        fixed (ushort* entries = _entries)
        fixed (uint* offsets = _offsets, skips = _skips, next = _next)
        {
            _fill(entries, Entries, offsets, skips, next, Slots);
        }
    }

    /// <summary>The same loop in C#.</summary>
    [Benchmark]
    public void Fill()
    {
        _permutations.CopyTo(_used, 0);
        LookupTable.Fill(_entries, _used, new RoundRobin(_turns));
    }

    /// <summary>From the change of a target to the table in force: draw, fill, publish.</summary>
    [Benchmark]
    public void Publish() => _pool.Publish(_equal);

    /// <summary>The same with a weight of its own for each target, from 1 to 1,000.</summary>
    [Benchmark]
    public void PublishWeighted() => _pool.Publish(_weighted);

    private static SlotTarget? Weighted(SlotTarget? target, int slot) =>
        target!.Value with { Weight = (ushort)(1 + slot * 389 % Slots) };
}

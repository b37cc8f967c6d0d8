using Nfqlb.Fragments;
using Nfqlb.Packets;

namespace Nfqlb;

/// <summary>What became of one worker's packets.</summary>
/// <remarks>64 bit. Written by the worker alone; other threads may read, and may miss the last few.</remarks>
public sealed class ClassifierCounters
{
    private readonly long[] _unparsable = new long[Enum.GetValues<Unparsable>().Length];
    private readonly long[] _fragments = new long[Enum.GetValues<FragmentOutcome>().Length];
    private long _balanced;
    private long _withoutFlow;
    private long _withoutTarget;

    /// <summary>Packets that were given to a target.</summary>
    public long Balanced => Volatile.Read(ref _balanced);

    /// <summary>Packets that no flow accepted.</summary>
    public long WithoutFlow => Volatile.Read(ref _withoutFlow);

    /// <summary>Packets whose flow leads to a pool without targets.</summary>
    public long WithoutTarget => Volatile.Read(ref _withoutTarget);

    /// <summary>Fragments by what became of them, first ones too, which are also balanced like whole packets.</summary>
    public long Fragments(FragmentOutcome outcome) => Volatile.Read(ref _fragments[(int)outcome]);

    /// <summary>Packets dropped because they could not be parsed, by reason.</summary>
    public long Unparsable(Unparsable reason) => Volatile.Read(ref _unparsable[(int)reason]);

    internal void CountBalanced() => _balanced++;

    internal void CountWithoutFlow() => _withoutFlow++;

    internal void CountWithoutTarget() => _withoutTarget++;

    internal void CountFragment(FragmentOutcome outcome) => _fragments[(int)outcome]++;

    internal void CountUnparsable(Unparsable reason) => _unparsable[(int)reason]++;
}

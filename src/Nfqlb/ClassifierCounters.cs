using Nfqlb.Packets;

namespace Nfqlb;

/// <summary>What became of one worker's packets.</summary>
/// <remarks>64 bit. Written by the worker alone; other threads may read, and may miss the last few.</remarks>
public sealed class ClassifierCounters
{
    private readonly long[] _unparsable = new long[Enum.GetValues<Unparsable>().Length];
    private long _balanced;
    private long _withoutFlow;
    private long _withoutTarget;
    private long _laterFragments;

    /// <summary>Packets that were given to a target.</summary>
    public long Balanced => Volatile.Read(ref _balanced);

    /// <summary>Packets that no flow accepted.</summary>
    public long WithoutFlow => Volatile.Read(ref _withoutFlow);

    /// <summary>Packets whose flow leads to a pool without targets.</summary>
    public long WithoutTarget => Volatile.Read(ref _withoutTarget);

    /// <summary>Fragments that carry no ports, dropped.</summary>
    public long LaterFragments => Volatile.Read(ref _laterFragments);

    /// <summary>Packets dropped because they could not be parsed, by reason.</summary>
    public long Unparsable(Unparsable reason) => Volatile.Read(ref _unparsable[(int)reason]);

    internal void CountBalanced() => _balanced++;

    internal void CountWithoutFlow() => _withoutFlow++;

    internal void CountWithoutTarget() => _withoutTarget++;

    internal void CountLaterFragment() => _laterFragments++;

    internal void CountUnparsable(Unparsable reason) => _unparsable[(int)reason]++;
}

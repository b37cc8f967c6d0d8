using Nfqlb.Fragments;
using Nfqlb.Packets;

namespace Nfqlb;

/// <summary>What became of one worker's packets.</summary>
/// <remarks>64 bit. Written by the worker alone; other threads may read, and may miss the last few.</remarks>
public sealed class ClassifierCounters
{
    /// <summary>Counts that are none of an enumeration.</summary>
    private const int OwnCounts = 5;

    private readonly long[] _unparsable = new long[Enum.GetValues<Unparsable>().Length];
    private readonly long[] _fragments = new long[Enum.GetValues<FragmentOutcome>().Length];
    private long _balanced;
    private long _kept;
    private long _withoutFlow;
    private long _withoutTarget;
    private long _returned;

    /// <summary>How many counts there are.</summary>
    public int RowLength => OwnCounts + _fragments.Length + _unparsable.Length;

    /// <summary>Packets that were given to a target.</summary>
    public long Balanced => Volatile.Read(ref _balanced);

    /// <summary>Of these, those that stayed with a target which the table names no more: their pool drains.</summary>
    public long Kept => Volatile.Read(ref _kept);

    /// <summary>Packets that no flow accepted.</summary>
    public long WithoutFlow => Volatile.Read(ref _withoutFlow);

    /// <summary>Packets whose flow leads to a pool without targets.</summary>
    public long WithoutTarget => Volatile.Read(ref _withoutTarget);

    /// <summary>Fragments by what became of them, first ones too, which are also balanced like whole packets.</summary>
    public long Fragments(FragmentOutcome outcome) => Volatile.Read(ref _fragments[(int)outcome]);

    /// <summary>Of these, those that other balancers of the tier sent back, or that followed such a one: they stayed.
    /// </summary>
    public long Returned => Volatile.Read(ref _returned);

    /// <summary>Packets dropped because they could not be parsed, by reason.</summary>
    public long Unparsable(Unparsable reason) => Volatile.Read(ref _unparsable[(int)reason]);

    /// <summary>All of them in one row, for the next balancer.</summary>
    public long[] ToRow()
    {
        long[] row = new long[RowLength];
        (row[0], row[1], row[2], row[3], row[4]) = (Balanced, WithoutFlow, WithoutTarget, Returned, Kept);
        _fragments.CopyTo(row, OwnCounts);
        _unparsable.CopyTo(row, OwnCounts + _fragments.Length);
        return row;
    }

    /// <summary>Counts on from what another balancer has counted. Only while the worker does not.</summary>
    /// <param name="row">What <see cref="ToRow"/> gave there.</param>
    public void Carry(ReadOnlySpan<long> row)
    {
        _balanced += row[0];
        _withoutFlow += row[1];
        _withoutTarget += row[2];
        _returned += row[3];
        _kept += row[4];
        for (int i = 0; i < _fragments.Length; i++)
        {
            _fragments[i] += row[OwnCounts + i];
        }
        for (int i = 0; i < _unparsable.Length; i++)
        {
            _unparsable[i] += row[OwnCounts + _fragments.Length + i];
        }
    }

    internal void CountBalanced(bool isKept)
    {
        _balanced++;
        _kept += isKept ? 1 : 0;
    }

    internal void CountWithoutFlow() => _withoutFlow++;

    internal void CountWithoutTarget() => _withoutTarget++;

    internal void CountReturned() => _returned++;

    internal void CountFragment(FragmentOutcome outcome) => _fragments[(int)outcome]++;

    internal void CountUnparsable(Unparsable reason) => _unparsable[(int)reason]++;
}

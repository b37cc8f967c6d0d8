namespace Nfqlb.Flows;

/// <summary>Counts the packets of a flow: each worker in memory of its own, summed on demand.</summary>
/// <remarks>64 bit. A worker writes only its own count, without locks; whoever reads may miss the last few.</remarks>
public readonly struct FlowCounter
{
    private readonly WorkerCounts _block;
    private readonly int _index;

    internal FlowCounter(WorkerCounts block, int index)
    {
        _block = block;
        _index = index;
    }

    /// <summary>Packets of all workers.</summary>
    public long Sum => _block.Sum(_index);

    /// <summary>Which counter it is, from 0: that of no other flow, until it is one of a deleted flow.</summary>
    public int Number => _block.FirstNumber + _index;

    /// <summary>Counts on from what another balancer has counted. Only while no worker counts.</summary>
    public void Carry(long packets) => _block.Carry(_index, packets);

    internal (WorkerCounts Block, int Index) Place => (_block, _index);

    /// <summary>One packet more.</summary>
    /// <param name="worker">From 0; only this worker's thread may say so.</param>
    public void Increment(int worker) => _block.Increment(worker, _index);

    /// <summary>So many packets more, likewise.</summary>
    public void Add(int worker, long packets) => _block.Add(worker, _index, packets);
}

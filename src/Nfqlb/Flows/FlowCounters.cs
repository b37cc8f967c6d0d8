namespace Nfqlb.Flows;

/// <summary>Hands out counters, and takes those of deleted flows back.</summary>
/// <param name="workers">How many workers count.</param>
internal sealed class FlowCounters(int workers)
{
    private const int BlockSize = 1024;

    /// <summary>First in, first out: a worker may go on for a batch with a flow that is gone.</summary>
    private readonly Queue<(WorkerCounts Block, int Index)> _free = [];

    private int _made;

    /// <summary>A counter at 0.</summary>
    public FlowCounter Take()
    {
        if (_free.Count == 0)
        {
            var block = new WorkerCounts(workers, BlockSize) { FirstNumber = _made };
            _made += BlockSize;
            for (int index = 0; index < BlockSize; index++)
            {
                _free.Enqueue((block, index));
            }
        }
        var (taken, at) = _free.Dequeue();
        taken.Restart(at);
        return new FlowCounter(taken, at);
    }

    public void GiveBack(FlowCounter counter) => _free.Enqueue(counter.Place);
}

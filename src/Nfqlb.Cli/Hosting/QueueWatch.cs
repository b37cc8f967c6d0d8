using Nfqlb.Linux.Queue;

namespace Nfqlb.Cli.Hosting;

/// <summary>Looks from time to time whether every queue is read.</summary>
/// <remarks>A queue is stuck when packets wait at two looks, in its socket or in the worker's hands, and none was
/// answered between them.</remarks>
/// <param name="workers">A worker a queue.</param>
internal sealed class QueueWatch(IReadOnlyList<Worker> workers)
{
    private readonly long[] _batches = new long[workers.Count];
    private readonly bool[] _waited = new bool[workers.Count];

    /// <summary>Looks; gives the queues that are stuck since the last look.</summary>
    public IReadOnlyList<QueueNumber> FindStuck()
    {
        List<QueueNumber> stuck = [];
        for (int i = 0; i < workers.Count; i++)
        {
            // The packets first: those of a batch that is answered in between are progress.
            var counters = workers[i].Loop.Counters;
            bool waits = workers[i].Queue.HasPackets || counters.Received != counters.Packets;
            long batches = counters.Batches;
            if (waits && _waited[i] && batches == _batches[i])
            {
                stuck.Add(workers[i].Queue.Number);
            }
            (_batches[i], _waited[i]) = (batches, waits);
        }
        return stuck;
    }
}

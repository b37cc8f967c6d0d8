using Nfqlb.Linux.Queue;

namespace Nfqlb.Cli.Hosting;

/// <summary>Looks from time to time whether every queue is read.</summary>
/// <remarks>A queue is stuck when packets wait in it at two looks, and none was answered between them.</remarks>
/// <param name="workers">A worker a queue.</param>
internal sealed class QueueWatch(IReadOnlyList<Worker> workers)
{
    private readonly long[] _batches = new long[workers.Count];
    private readonly bool[] _waited = new bool[workers.Count];

    /// <summary>Looks; gives a queue that is stuck since the last look, or null.</summary>
    public QueueNumber? FindStuck()
    {
        QueueNumber? stuck = null;
        for (int i = 0; i < workers.Count; i++)
        {
            // The packets first: those of a batch that is answered in between are progress.
            bool waits = workers[i].Queue.HasPackets;
            long batches = workers[i].Loop.Counters.Batches;
            if (waits && _waited[i] && batches == _batches[i])
            {
                stuck ??= workers[i].Queue.Number;
            }
            (_batches[i], _waited[i]) = (batches, waits);
        }
        return stuck;
    }
}

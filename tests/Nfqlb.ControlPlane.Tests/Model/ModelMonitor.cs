using Nfqlb.ControlPlane.Host;
using Nfqlb.Linux.Monitor;
using Nfqlb.Routing;

namespace Nfqlb.ControlPlane.Tests.Model;

/// <summary>Tells what a test lets happen; to wait takes time of the model's, and none of the test's.</summary>
internal sealed class ModelMonitor(ModelTime time) : IMonitor
{
    private readonly PriorityQueue<HostChanges, TimeSpan> _coming = new();

    public IReadOnlySet<RoutingTable> Tables { get; set; } = new HashSet<RoutingTable>();

    /// <summary>Times somebody was woken.</summary>
    public int Wakes { get; private set; }

    public bool Watch(IEnumerable<string> directories) => true;

    /// <summary>Something happens, now or later.</summary>
    public void Happen(HostChanges changes, TimeSpan later = default) => _coming.Enqueue(changes, time.Now + later);

    public HostChanges Wait(TimeSpan atMost)
    {
        Wakes++;
        if (!_coming.TryPeek(out var changes, out var at) || at > time.Now + atMost)
        {
            time.Pass(atMost);
            return HostChanges.None;
        }
        time.Pass(at > time.Now ? at - time.Now : TimeSpan.Zero);
        _coming.Dequeue();
        return changes;
    }
}

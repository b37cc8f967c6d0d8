using System.Runtime;

namespace Nfqlb.Daemon.Hosting;

/// <summary>Lets a balancer start without a garbage collection, which would take as long as half of the start when
/// it meets an index of a thousand flows that is just being built.</summary>
internal static class CollectionPause
{
    /// <summary>Enough for some thousand flows; a start that needs more collects.</summary>
    private const long MostBytes = 16 << 20;

    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(1);

    /// <summary>No collection from now on, if there is memory for that.</summary>
    public static void Begin() => GC.TryStartNoGCRegion(MostBytes);

    /// <summary>Collections as ever, for one who has begun or not; not at once, or the first answers would wait for
    /// the first of them.</summary>
    public static async Task EndSoonAsync()
    {
        await Task.Delay(Soon);
        if (GCSettings.LatencyMode != GCLatencyMode.NoGCRegion)
        {
            return;
        }
        try
        {
            GC.EndNoGCRegion();
        }
        catch (InvalidOperationException)
        {
            // Another thread has just needed more: collections are back already.
        }
    }
}

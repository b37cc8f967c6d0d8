using System.Runtime;

namespace Nfqlb.Daemon.Hosting;

/// <summary>Lets a balancer start without a garbage collection, which would take as long as half of the start when
/// it meets an index of a thousand flows that is just being built.</summary>
public static class CollectionPause
{
    /// <summary>Enough for some thousand flows that were kept; a start that needs more collects.</summary>
    private const long BytesForKept = 16 << 20;

    /// <summary>Enough for 10,000 flows of a file.</summary>
    private const long MostBytes = 160 << 20;

    /// <summary>What comes of a byte of a file: a tree, what it asks for, what was asked for before, the
    /// comparison.</summary>
    private const long BytesPerByte = 128;

    /// <summary>A smaller file is read before there is anything to collect.</summary>
    private const long LeastFileBytes = 64 << 10;

    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(1);

    /// <summary>No collection while files are read and brought about, if they are large.</summary>
    /// <param name="fileBytes">Of all of them.</param>
    public static void BeginForFiles(long fileBytes)
    {
        if (fileBytes >= LeastFileBytes)
        {
            Begin(Math.Min(fileBytes * BytesPerByte, MostBytes));
        }
    }

    /// <summary>No collection while flows that were kept are set.</summary>
    internal static void BeginForKept() => Begin(BytesForKept);

    private static void Begin(long bytes)
    {
        try
        {
            if (GCSettings.LatencyMode != GCLatencyMode.NoGCRegion)
            {
                GC.TryStartNoGCRegion(bytes);
            }
        }
        catch (ArgumentOutOfRangeException)
        {
            // More than this process may have: it collects, as ever.
        }
    }

    /// <summary>Collections as ever, for one who has begun or not; not at once, or the first answers would wait for
    /// the first of them.</summary>
    internal static async Task EndSoonAsync()
    {
        await Task.Delay(Soon);
        if (GCSettings.LatencyMode != GCLatencyMode.NoGCRegion)
        {
            return;
        }
        try
        {
            GC.EndNoGCRegion();
            GC.Collect(GC.MaxGeneration, GCCollectionMode.Forced, blocking: false);
        }
        catch (InvalidOperationException)
        {
            // Another thread has just needed more: collections are back already.
        }
    }
}

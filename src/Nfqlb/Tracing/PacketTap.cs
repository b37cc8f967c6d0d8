using Nfqlb.Flows;

namespace Nfqlb.Tracing;

/// <summary>Where those who watch packets meet the workers who have them.</summary>
/// <remarks>While nobody watches, a worker reads one word twice a batch.</remarks>
/// <param name="workers">How many workers there are.</param>
/// <param name="snapBytes">Most bytes of a packet that are shown.</param>
public sealed class PacketTap(int workers, int snapBytes)
{
    /// <summary>Each takes up to half a megabyte a worker.</summary>
    private const int MostWatches = 4;

    private readonly Lock _changes = new();
    private volatile PacketWatch[] _watches = [];

    /// <summary>Flows that select packets, but balance none.</summary>
    public FlowTable Flows { get; } = new(workers);

    /// <summary>Most bytes of a packet that are shown.</summary>
    public int SnapBytes { get; } = snapBytes;

    /// <summary>True while somebody watches.</summary>
    public bool IsWatched => _watches.Length > 0;

    /// <summary>Begins to watch; null when too many do already.</summary>
    public PacketWatch? TryWatch(PacketSelection selection)
    {
        lock (_changes)
        {
            if (_watches.Length == MostWatches)
            {
                return null;
            }
            var watch = new PacketWatch(selection, workers, SnapBytes);
            _watches = [.. _watches, watch];
            return watch;
        }
    }

    /// <summary>Ends it; a packet or two may still come.</summary>
    public void Unwatch(PacketWatch watch)
    {
        lock (_changes)
        {
            _watches = Array.FindAll(_watches, other => other != watch);
        }
    }

    internal void Offer(
        int worker, long nanoseconds, int originalLength, in Decision decision, ReadOnlySpan<byte> bytes)
    {
        foreach (var watch in _watches)
        {
            watch.Offer(worker, nanoseconds, originalLength, decision, bytes);
        }
    }
}

using System.Text;
using System.Threading.Channels;
using Nfqlb.Daemon.Logging;
using Nfqlb.Tracing;

namespace Nfqlb.Daemon.Tracing;

/// <summary>What one client of the trace socket has to be told: lines of packets and of events.</summary>
/// <remarks>Bounded: what a slow client does not fetch in time is left out and counted.</remarks>
internal sealed class TraceFeed : IDisposable
{
    private const int MostLines = 1024;
    private const int MostCharacters = 64 * 1024;

    private readonly TraceAreas _areas;
    private readonly PacketTap _tap;
    private readonly EventLog _log;
    private readonly PacketWatch? _watch;
    private readonly Channel<string> _lines;
    private long _droppedLines;
    private long _toldDropped;

    private TraceFeed(TraceAreas areas, PacketWatch? watch, PacketTap tap, EventLog log)
    {
        _areas = areas;
        _watch = watch;
        _tap = tap;
        _log = log;
        _lines = Channel.CreateBounded<string>(
            new BoundedChannelOptions(MostLines) { FullMode = BoundedChannelFullMode.DropWrite },
            _ => Interlocked.Increment(ref _droppedLines));
        _log.Told += Tell;
    }

    /// <summary>Begins to listen; null when too many watch packets already.</summary>
    public static TraceFeed? TryOpen(TraceAreas areas, PacketTap tap, EventLog log)
    {
        var selection = new PacketSelection { Areas = areas };
        if (selection.IsEmpty)
        {
            return new TraceFeed(areas, watch: null, tap, log);
        }
        return tap.TryWatch(selection) is { } watch ? new TraceFeed(areas, watch, tap, log) : null;
    }

    /// <summary>Adds what there is to tell, up to some size.</summary>
    public void Drain(StringBuilder text)
    {
        while (text.Length < MostCharacters && _lines.Reader.TryRead(out string? line))
        {
            text.Append(line).Append('\n');
        }
        foreach (var ring in _watch?.Rings ?? [])
        {
            while (text.Length < MostCharacters && ring.TryPeek(out var packet, out _))
            {
                text.Append(WallClock.TimeOfDayAt(packet.Nanoseconds)).Append(' ')
                    .Append(DecisionText.Of(packet)).Append(' ')
                    .Append(DecisionText.Of(packet.Decision)).Append('\n');
                ring.Release();
            }
        }
        long dropped = Interlocked.Read(ref _droppedLines) + (_watch?.Dropped ?? 0);
        if (dropped > _toldDropped)
        {
            text.Append($"{dropped - _toldDropped} not shown: this reader is too slow\n");
            _toldDropped = dropped;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _log.Told -= Tell;
        if (_watch is not null)
        {
            _tap.Unwatch(_watch);
        }
    }

    private void Tell(TraceAreas areas, string line)
    {
        if ((areas & _areas) != TraceAreas.None)
        {
            _lines.Writer.TryWrite(line);
        }
    }
}

using System.Buffers;
using System.Net.Sockets;
using Nfqlb.Control;
using Nfqlb.Daemon.Workers;
using Nfqlb.Flows;
using Nfqlb.Tracing;

namespace Nfqlb.Daemon.Tracing;

/// <summary>Sends packets as pcapng to clients that asked for a capture, until they say that it is enough.</summary>
/// <param name="tap">Has the packets.</param>
/// <param name="workers">One for each queue.</param>
/// <param name="flows">Those that balance.</param>
internal sealed class CaptureServer(PacketTap tap, IReadOnlyList<Worker> workers, FlowTable flows)
{
    private const int BlockBytes = 64 * 1024;
    private const string Interface = "nfqueue";

    private static readonly TimeSpan LookPause = TimeSpan.FromMilliseconds(10);

    /// <summary>Begins to collect what the client wants.</summary>
    /// <exception cref="FlowException">There is no flow of a name, or too many watch already.</exception>
    public PacketWatch Begin(ControlRequest request)
    {
        var selection = new PacketSelection
        {
            Flow = Find("flow", request.CapturedFlow, flows, "there is no such flow"),
            TraceFlow = Find("name", request.Flow.Name, tap.Flows, "there is no such trace flow"),
        };
        return tap.TryWatch(selection) ?? throw new FlowException("FAIL: too many traces and captures at once");
    }

    /// <summary>Sends what comes until the client closes its side, then what is left and what was lost.</summary>
    public async Task SendAsync(NetworkStream stream, PacketWatch watch, CancellationToken stopping)
    {
        try
        {
            var blocks = new ArrayBufferWriter<byte>(BlockBytes);
            var writer = new PcapngWriter(blocks);
            long[] received = new long[workers.Count];
            writer.WriteHeader($"nfqlb {ProductVersion.Text}");
            writer.WriteInterface(Interface, tap.SnapBytes);
            var hasEnded = stream.ReadAsync(new byte[1], stopping).AsTask();
            while (true)
            {
                bool isLast = hasEnded.IsCompleted;
                if (isLast)
                {
                    tap.Unwatch(watch);
                }
                Drain(watch, writer, blocks, received);
                if (blocks.WrittenCount > 0)
                {
                    await stream.WriteAsync(blocks.WrittenMemory, stopping);
                    blocks.ResetWrittenCount();
                }
                else if (isLast)
                {
                    break;
                }
                else
                {
                    await Task.WhenAny(hasEnded, Task.Delay(LookPause, stopping));
                }
            }
            WriteStatistics(watch, writer, received);
            await stream.WriteAsync(blocks.WrittenMemory, stopping);
        }
        finally
        {
            tap.Unwatch(watch);
        }
    }

    private static FlowName? Find(string key, string? text, FlowTable among, string missing)
    {
        if (text is null)
        {
            return null;
        }
        return !FlowName.TryParse(text, out var name, out string reason)
            ? throw new FlowException($"Invalid {key} [{text}]: {reason}")
            : among.Current.Entries.Any(entry => entry.Flow.Name == name)
            ? name
            : throw new FlowException($"Invalid {key} [{text}]: {missing}");
    }

    private void Drain(
        PacketWatch watch, PcapngWriter writer, ArrayBufferWriter<byte> blocks, long[] received)
    {
        for (int i = 0; i < received.Length; i++)
        {
            var ring = watch.Rings[i];
            int queue = workers[i].Queue.Number.Value;
            while (blocks.WrittenCount < BlockBytes && ring.TryPeek(out var packet, out var bytes))
            {
                long time = WallClock.UnixNanosecondsAt(packet.Nanoseconds);
                string comment = $"queue={queue} {DecisionText.Of(packet.Decision)}";
                writer.WritePacket(queue, time, packet.OriginalLength, bytes, comment);
                received[i]++;
                ring.Release();
            }
        }
    }

    private void WriteStatistics(PacketWatch watch, PcapngWriter writer, long[] received)
    {
        long now = (DateTime.UtcNow - DateTime.UnixEpoch).Ticks * 100;
        long[] dropped = [.. watch.Rings.Select(ring => ring.Dropped)];
        var words = workers.Select((worker, i) =>
            $"queue={worker.Queue.Number} received={received[i] + dropped[i]} dropped={dropped[i]}");
        writer.WriteStatistics(
            now, received.Sum() + dropped.Sum(), dropped.Sum(), string.Join('\n', words));
    }
}

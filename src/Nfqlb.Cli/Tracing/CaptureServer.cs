using System.Buffers;
using System.Net.Sockets;
using Nfqlb.Cli.Commands;
using Nfqlb.Cli.Control;
using Nfqlb.Cli.Hosting;
using Nfqlb.Flows;
using Nfqlb.Tracing;

namespace Nfqlb.Cli.Tracing;

/// <summary>Sends packets as pcapng to clients that asked for a capture, until they say that it is enough.</summary>
/// <param name="tap">Has the packets.</param>
/// <param name="workers">An interface each.</param>
internal sealed class CaptureServer(PacketTap tap, IReadOnlyList<Worker> workers)
{
    private const int BlockBytes = 64 * 1024;

    private static readonly TimeSpan LookPause = TimeSpan.FromMilliseconds(10);

    /// <summary>Begins to collect what the client wants.</summary>
    /// <exception cref="FlowException">A name is none, or too many watch already.</exception>
    public PacketWatch Begin(ControlRequest request)
    {
        var selection = new PacketSelection
        {
            Flow = Parse("flow", request.CapturedFlow),
            TraceFlow = Parse("name", request.Flow.Name),
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
            writer.WriteHeader($"nfqlb {VersionCommand.ProductVersion}");
            foreach (var worker in workers)
            {
                writer.WriteInterface($"queue {worker.Queue.Number}", tap.SnapBytes);
            }
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

    private static FlowName? Parse(string key, string? text)
    {
        if (text is null)
        {
            return null;
        }
        return FlowName.TryParse(text, out var name, out string reason)
            ? name
            : throw new FlowException($"Invalid {key} [{text}]: {reason}");
    }

    private static void Drain(
        PacketWatch watch, PcapngWriter writer, ArrayBufferWriter<byte> blocks, long[] received)
    {
        for (int i = 0; i < received.Length; i++)
        {
            var ring = watch.Rings[i];
            while (blocks.WrittenCount < BlockBytes && ring.TryPeek(out var packet, out var bytes))
            {
                long time = WallClock.UnixNanosecondsAt(packet.Nanoseconds);
                writer.WritePacket(i, time, packet.OriginalLength, bytes, DecisionText.Of(packet.Decision));
                received[i]++;
                ring.Release();
            }
        }
    }

    private static void WriteStatistics(PacketWatch watch, PcapngWriter writer, long[] received)
    {
        long now = (DateTime.UtcNow - DateTime.UnixEpoch).Ticks * 100;
        for (int i = 0; i < received.Length; i++)
        {
            long dropped = watch.Rings[i].Dropped;
            writer.WriteStatistics(i, now, received[i] + dropped, dropped);
        }
    }
}

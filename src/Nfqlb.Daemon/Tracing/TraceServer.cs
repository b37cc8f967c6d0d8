using System.Net.Sockets;
using System.Text;
using Microsoft.Extensions.Hosting;
using Nfqlb.Control;
using Nfqlb.Daemon.Logging;
using Nfqlb.Tracing;

namespace Nfqlb.Daemon.Tracing;

/// <summary>Tells clients of the trace socket what they asked for by the trace mask, until they close it.</summary>
/// <remarks>
/// As in nfqlb 1.2.0, a client says nothing: it sets the mask in shared memory, connects and reads. The address may be
/// taken by a balancer that is about to end, so the server tries again; packets flow on regardless.
/// </remarks>
/// <param name="address">Where to listen.</param>
/// <param name="tap">Has the packets.</param>
/// <param name="log">Has the events, and the mask.</param>
internal sealed class TraceServer(ControlAddress address, PacketTap tap, EventLog log) : BackgroundService
{
    private const int Backlog = 8;

    private static readonly TimeSpan AcceptPause = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan BindPause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LookPause = TimeSpan.FromMilliseconds(10);

    private int _clients;

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stopping)
    {
        using var listener = await ListenAsync(stopping);
        while (true)
        {
            try
            {
                _ = ServeAsync(await listener.AcceptAsync(stopping), stopping);
            }
            catch (SocketException)
            {
                // Out of descriptors, or a client that left before it was accepted.
                await Task.Delay(AcceptPause, stopping);
            }
        }
    }

    private async Task<Socket> ListenAsync(CancellationToken stopping)
    {
        for (bool isTold = false; ; isTold = true)
        {
            var socket = address.NewSocket();
            try
            {
                socket.Bind(address.EndPoint);
                socket.Listen(Backlog);
                return socket;
            }
            catch (SocketException e)
            {
                socket.Dispose();
                if (!isTold)
                {
                    log.Write(
                        Severity.Notice,
                        "no trace yet",
                        new LogField("address", address.Text),
                        new LogField("reason", ControlAddress.Reason(e)));
                }
            }
            await Task.Delay(BindPause, stopping);
        }
    }

    private async Task ServeAsync(Socket client, CancellationToken stopping)
    {
        using var connection = client;
        if (!ControlTrust.MayChange(client))
        {
            return;
        }
        Interlocked.Increment(ref _clients);
        try
        {
            await TellAsync(client, stopping);
        }
        catch (Exception e) when (e is SocketException or OperationCanceledException)
        {
            // The client went away, or the balancer ends; nobody is left to be told.
        }
        finally
        {
            if (Interlocked.Decrement(ref _clients) == 0 && log.Settings is { } settings)
            {
                settings.TraceMask = 0;
            }
        }
    }

    private async Task TellAsync(Socket client, CancellationToken stopping)
    {
        uint mask = log.Settings?.TraceMask ?? 0;
        using var feed = TraceFeed.TryOpen((TraceAreas)mask, tap, log);
        if (feed is null)
        {
            await client.SendAsync("FAIL: too many traces and captures at once\n"u8.ToArray(), stopping);
            return;
        }
        log.Write(Severity.Info, "trace began", new LogField("mask", $"0x{mask:x8}"));
        var text = new StringBuilder($"Trace active, mask=0x{mask:x8}\n");

        // Whatever the client says ends its trace, and so does its going away.
        var hasEnded = client.ReceiveAsync(new byte[1], stopping).AsTask();
        while (!hasEnded.IsCompleted)
        {
            feed.Drain(text);
            if (text.Length == 0)
            {
                await Task.WhenAny(hasEnded, Task.Delay(LookPause, stopping));
                continue;
            }
            await SendAsync(client, Encoding.ASCII.GetBytes($"{text}"), stopping);
            text.Clear();
        }
        log.Write(Severity.Info, "trace ended");
    }

    private static async Task SendAsync(Socket client, ReadOnlyMemory<byte> bytes, CancellationToken stopping)
    {
        while (!bytes.IsEmpty)
        {
            bytes = bytes[await client.SendAsync(bytes, stopping)..];
        }
    }
}

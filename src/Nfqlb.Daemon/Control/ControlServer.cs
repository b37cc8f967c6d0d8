using System.Buffers;
using System.IO.Pipelines;
using System.Net.Sockets;
using System.Text;
using Microsoft.Extensions.Hosting;
using Nfqlb.Control;
using Nfqlb.Daemon.Handover;
using Nfqlb.Daemon.Tracing;
using Nfqlb.Flows;
using Nfqlb.Linux;

namespace Nfqlb.Daemon.Control;

/// <summary>Answers clients of the control socket, many at once.</summary>
/// <remarks>Who may change nothing gets few connections, so that a stranger cannot make those wait who may.</remarks>
/// <param name="listener">Bound and listening; closed when the server ends.</param>
/// <param name="actions">Carries requests out.</param>
/// <param name="captures">Sends packets to those who ask for them.</param>
/// <param name="events">Sends events to those who follow them.</param>
/// <param name="handover">Serves one that takes over; nobody else is accepted meanwhile.</param>
internal sealed class ControlServer(
    Socket listener, FlowActions actions, CaptureServer captures, EventFeed events, HandoverOffer handover)
    : BackgroundService
{
    private const int LongestRequestBytes = 256 * 1024;
    private const int MostClients = 256;
    private const int MostStrangers = 16;

    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false);
    private static readonly TimeSpan AcceptPause = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan PlacePause = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan TimeLimit = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan LastWordsLimit = TimeSpan.FromSeconds(1);

    private readonly SemaphoreSlim _handOver = new(1);
    private CancellationTokenSource _accepting = new();

    private readonly ClientPlaces _clients = new(MostClients);
    private readonly ClientPlaces _strangers = new(MostStrangers);

    /// <inheritdoc/>
    public override void Dispose()
    {
        listener.Dispose();
        base.Dispose();
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stopping)
    {
        while (true)
        {
            try
            {
                using var either = CancellationTokenSource.CreateLinkedTokenSource(stopping, _accepting.Token);
                var socket = await listener.AcceptAsync(either.Token);
                var limit = CancellationTokenSource.CreateLinkedTokenSource(stopping);
                var client = new ClientPlaces.Client(limit);
                while (!_clients.TryTake(client))
                {
                    await Task.Delay(PlacePause, stopping);
                }
                _ = ServeAsync(socket, client, limit, stopping);
            }
            catch (OperationCanceledException) when (!stopping.IsCancellationRequested)
            {
                await _handOver.WaitAsync(stopping);
                _handOver.Release();
            }
            catch (SocketException)
            {
                // Out of descriptors, or a client that left before it was accepted: packets must flow on regardless.
                await Task.Delay(AcceptPause, stopping);
            }
        }
    }

    private async Task ServeAsync(
        Socket socket, ClientPlaces.Client client, CancellationTokenSource limit, CancellationToken stopping)
    {
        limit.CancelAfter(TimeLimit);
        try
        {
            await using var stream = new NetworkStream(socket, ownsSocket: true);
            bool mayChange = ControlTrust.MayChange(socket);
            if (mayChange || _strangers.TryTake(client))
            {
                await ServeAsync(stream, client, mayChange, limit.Token, stopping);
            }
        }
        catch (Exception e) when (e is IOException or SocketException or OperationCanceledException)
        {
            // The client went away or said nothing for too long; its connection is closed, and that is all.
        }
        finally
        {
            _strangers.Leave(client);
            _clients.Leave(client);
            limit.Dispose();
        }
    }

    private async Task ServeAsync(
        NetworkStream stream, ClientPlaces.Client client, bool mayChange, CancellationToken limit,
        CancellationToken stopping)
    {
        var (request, refusal) = await ReadAsync(stream, limit);
        client.MayStay = mayChange
            && request is { Action: "takeover" or "capture" or "withdraw" } or { Action: "events", Follow: not null };
        switch (request?.Action)
        {
            case "takeover" when mayChange:
                await HandOverAsync(request, stream.Socket, limit);
                break;
            case "capture" when mayChange:
                await CaptureAsync(request, stream, limit, stopping);
                break;
            case "events" when mayChange && request.Follow is not null:
                await FollowAsync(request, stream, stopping);
                break;
            case "withdraw":
                // Routers have to hear of it, for as long as the operator says.
                await AnswerAsync(stream, Answer(request, stream, mayChange), stopping);
                break;
            case null when refusal.Length > 0:
                actions.Tally.Count(action: null, ControlOutcome.Refused);
                await AnswerAsync(stream, [FlowActions.Refusal(refusal)], limit);
                break;
            default:
                await AnswerAsync(stream, Answer(request!, stream, mayChange), limit);
                break;
        }
    }

    private IEnumerable<string> Answer(ControlRequest request, NetworkStream stream, bool mayChange) => actions.Answer(
        request, mayChange,
        stream.Socket.AddressFamily == AddressFamily.Unix ? LocalProcess.WordsOfOtherEndOf(stream.Socket) : null);

    private async Task CaptureAsync(
        ControlRequest request, NetworkStream stream, CancellationToken limit, CancellationToken stopping)
    {
        try
        {
            var capture = captures.Begin(request);
            actions.Tally.Count(request.Action, ControlOutcome.Done);
            await captures.SendAsync(stream, capture, stopping);
        }
        catch (FlowException e)
        {
            actions.Tally.Count(request.Action, ControlOutcome.Refused);
            await AnswerAsync(stream, [FlowActions.Refusal(e.Message)], limit);
        }
    }

    private async Task FollowAsync(ControlRequest request, NetworkStream stream, CancellationToken stopping)
    {
        actions.Tally.Count(request.Action, ControlOutcome.Done);

        // Whoever takes over tells what comes then.
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stopping, _accepting.Token);
        await events.SendAsync(stream, request.AfterId, either.Token);
    }

    private static async Task AnswerAsync(NetworkStream stream, IEnumerable<string> parts, CancellationToken limit)
    {
        await using (var writer = new StreamWriter(stream, Utf8, bufferSize: 16 * 1024, leaveOpen: true))
        {
            foreach (string part in parts)
            {
                await writer.WriteAsync(part.AsMemory(), limit);
            }
        }

        // Closed with bytes unread, the connection would be reset and the answer lost on its way.
        stream.Socket.Shutdown(SocketShutdown.Send);
        await DrainAsync(stream, limit);
    }

    private async Task HandOverAsync(
        ControlRequest request, Socket connection, CancellationToken limit)
    {
        await _handOver.WaitAsync(limit);
        try
        {
            // Clients that come from now on wait in the socket for whoever listens next; those that are here finish.
            await _accepting.CancelAsync();
            for (long end = Environment.TickCount64 + (long)LastWordsLimit.TotalMilliseconds;
                _clients.Taken > 1 && Environment.TickCount64 < end;)
            {
                await Task.Delay(1, limit);
            }
            await Task.Factory.StartNew(
                () => handover.Serve(request, connection), TaskCreationOptions.LongRunning);
            actions.Tally.Count(request.Action, handover.IsDone ? ControlOutcome.Done : ControlOutcome.Refused);
        }
        finally
        {
            _accepting = new CancellationTokenSource();
            if (!handover.IsDone)
            {
                _handOver.Release();
            }
        }
    }

    private static async Task DrainAsync(NetworkStream stream, CancellationToken limit)
    {
        byte[] rest = new byte[4096];
        for (int drained = 0; drained < LongestRequestBytes;)
        {
            int count = await stream.ReadAsync(rest, limit);
            if (count == 0)
            {
                return;
            }
            drained += count;
        }
    }

    private static async Task<(ControlRequest? Request, string Refusal)> ReadAsync(
        Stream stream, CancellationToken limit)
    {
        var request = new ControlRequest();
        var reader = PipeReader.Create(stream);
        long bytes = 0;
        try
        {
            while (true)
            {
                var read = await reader.ReadAsync(limit);
                var buffer = read.Buffer;
                bool isComplete = TryReadLines(ref buffer, request, ref bytes);
                if (isComplete)
                {
                    return (request, "");
                }
                if (bytes + buffer.Length > LongestRequestBytes)
                {
                    return (null, $"FAIL: request longer than {LongestRequestBytes} bytes");
                }
                if (read.IsCompleted)
                {
                    return (null, "FAIL: request without eoc");
                }
                reader.AdvanceTo(buffer.Start, buffer.End);
            }
        }
        catch (FlowException e)
        {
            return (null, e.Message);
        }
    }

    /// <summary>Takes whole lines from the buffer.</summary>
    /// <returns>True when the last line of the request was among them.</returns>
    private static bool TryReadLines(ref ReadOnlySequence<byte> buffer, ControlRequest request, ref long bytes)
    {
        var lines = new SequenceReader<byte>(buffer);
        while (lines.TryReadTo(out ReadOnlySequence<byte> line, (byte)'\n'))
        {
            if (request.Read(Encoding.UTF8.GetString(line)))
            {
                return true;
            }
        }
        bytes += lines.Consumed;
        buffer = buffer.Slice(lines.Position);
        return false;
    }
}

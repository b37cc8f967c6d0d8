using System.Buffers;
using System.IO.Pipelines;
using System.Net.Sockets;
using System.Text;
using Microsoft.Extensions.Hosting;
using Nfqlb.Cli.Tracing;
using Nfqlb.Flows;
using Nfqlb.Linux;

namespace Nfqlb.Cli.Control;

/// <summary>Answers clients of the control socket, many at once.</summary>
/// <remarks>Who may change nothing gets few connections, so that a stranger cannot make those wait who may.</remarks>
/// <param name="listener">Bound and listening; closed when the server ends.</param>
/// <param name="actions">Carries requests out.</param>
/// <param name="captures">Answers requests for packets.</param>
internal sealed class ControlServer(Socket listener, FlowActions actions, CaptureServer captures) : BackgroundService
{
    private const int LongestRequestBytes = 256 * 1024;
    private const int MostClients = 256;
    private const int MostStrangers = 16;

    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false);
    private static readonly TimeSpan AcceptPause = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan TimeLimit = TimeSpan.FromSeconds(10);

    private readonly SemaphoreSlim _clients = new(MostClients);
    private readonly SemaphoreSlim _strangers = new(MostStrangers);

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
            await _clients.WaitAsync(stopping);
            try
            {
                var client = await listener.AcceptAsync(stopping);
                _ = ServeAsync(client, stopping);
            }
            catch (SocketException)
            {
                // Out of descriptors, or a client that left before it was accepted: packets must flow on regardless.
                _clients.Release();
                await Task.Delay(AcceptPause, stopping);
            }
        }
    }

    private async Task ServeAsync(Socket client, CancellationToken stopping)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        limit.CancelAfter(TimeLimit);
        bool isStranger = false;
        try
        {
            await using var stream = new NetworkStream(client, ownsSocket: true);
            bool mayChange = MayChange(client);
            isStranger = !mayChange && _strangers.Wait(0, stopping);
            if (mayChange || isStranger)
            {
                await ServeAsync(stream, mayChange, limit.Token, stopping);
            }
        }
        catch (Exception e) when (e is IOException or SocketException or OperationCanceledException)
        {
            // The client went away or said nothing for too long; its connection is closed, and that is all.
        }
        finally
        {
            if (isStranger)
            {
                _strangers.Release();
            }
            _clients.Release();
        }
    }

    private async Task ServeAsync(
        NetworkStream stream, bool mayChange, CancellationToken limit, CancellationToken stopping)
    {
        var (parts, watch) = await AnswerAsync(stream, mayChange, limit);
        if (watch is not null)
        {
            await captures.SendAsync(stream, watch, stopping);
            return;
        }
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

    /// <summary>An abstract socket has no permissions: whoever is in the network namespace can connect. Over TCP
    /// nobody has a name, so there the address alone decides.</summary>
    internal static bool MayChange(Socket client) =>
        client.AddressFamily != AddressFamily.Unix
        || LocalUser.AtOtherEndOf(client) is var user && (user.IsRoot || user == LocalUser.Current);

    private async Task<ControlAnswer> AnswerAsync(Stream stream, bool mayChange, CancellationToken limit)
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
                    return request.Action == "capture" && mayChange
                        ? new ControlAnswer([], captures.Begin(request))
                        : new ControlAnswer(actions.Answer(request, mayChange));
                }
                if (bytes + buffer.Length > LongestRequestBytes)
                {
                    return Refusal($"FAIL: request longer than {LongestRequestBytes} bytes");
                }
                if (read.IsCompleted)
                {
                    return Refusal("FAIL: request without eoc");
                }
                reader.AdvanceTo(buffer.Start, buffer.End);
            }
        }
        catch (FlowException e)
        {
            return Refusal(e.Message);
        }
    }

    private static ControlAnswer Refusal(string reason) => new([FlowActions.Refusal(reason)]);

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

using System.Net.Sockets;
using Nfqlb.Carried;
using Nfqlb.Control;
using Nfqlb.Daemon.Journal;
using Nfqlb.Daemon.Settings;
using Nfqlb.Flows;
using Nfqlb.Linux;
using Nfqlb.Linux.Queue;
using Nfqlb.Queues;

namespace Nfqlb.Daemon.Handover;

/// <summary>What a balancer takes over from one that runs: queues, control socket, flows, and what it has counted.
/// </summary>
/// <remarks>
/// Until <see cref="Begin"/> the other one goes on, and when this process ends before <see cref="Finish"/>, it goes on
/// again. It stops reading before <see cref="Begin"/> returns, so a queue never has two readers; what waits in its
/// socket meanwhile is read by whoever reads next.
/// </remarks>
internal sealed class HandoverReceiver : IDisposable
{
    /// <summary>Longer than a balancer keeps anybody waiting for whom it means to hand over.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(35);

    private readonly Socket _socket;
    private readonly HandoverConnection _words;
    private readonly DescriptorConnection _descriptors;

    private HandoverReceiver(Socket socket)
    {
        _socket = socket;
        _words = new HandoverConnection(socket);
        _descriptors = new DescriptorConnection(socket);
    }

    /// <summary>The other one; null when it is in another pid namespace.</summary>
    public LocalProcess? Predecessor { get; private set; }

    /// <summary>The flows of the other one, in the order of their definition within a priority.</summary>
    public IReadOnlyList<Flow> Flows { get; private set; } = [];

    /// <summary>Those that select packets for tracing.</summary>
    public IReadOnlyList<Flow> TraceFlows { get; private set; } = [];

    /// <summary>The other one ended before it said that it had stopped reading: what it had in its hands then has no
    /// verdict.</summary>
    public bool IsBroken { get; private set; }

    /// <summary>When the other one said that it had stopped reading: monotonic time, in nanoseconds.</summary>
    public long YoursSince { get; private set; }

    /// <summary>The control socket, which went on listening.</summary>
    public Socket Listener { get; private set; } = null!;

    /// <summary>Asks the balancer that runs; null when none does.</summary>
    /// <exception cref="SettingException">It will not hand over.</exception>
    /// <param name="address">Where it listens.</param>
    /// <param name="trust">Whose balancer may hand over.</param>
    /// <param name="queues">Those that this one shall read.</param>
    public static HandoverReceiver? Ask(ControlAddress address, ControlTrust trust, QueueRange queues)
    {
        if (!address.IsLocal)
        {
            throw new SettingException(nameof(ServiceSettings.Handover), address.Text, "only over a unix socket");
        }
        var socket = address.NewSocket();
        (socket.SendTimeout, socket.ReceiveTimeout) =
            ((int)Patience.TotalMilliseconds, (int)Patience.TotalMilliseconds);
        try
        {
            socket.Connect(address.EndPoint);
            var handover = new HandoverReceiver(socket);
            handover.Receive(address, trust, queues);
            return handover;
        }
        catch (SocketException e) when (e.SocketErrorCode == SocketError.ConnectionRefused)
        {
            socket.Dispose();
            return null;
        }
        catch (Exception e) when (e is SocketException or SystemCallException or FlowException)
        {
            socket.Dispose();
            throw Refused($"{e.Message}", e);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Takes the next queue, in their order.</summary>
    /// <exception cref="SystemCallException">It did not come.</exception>
    public PacketQueue Take(QueueNumber number, QueueOptions options) =>
        PacketQueue.Adopt(_descriptors, number, options, Patience);

    /// <summary>Tells the other one to stop reading, and waits until it has.</summary>
    /// <returns>What it has counted and remembers; null when it ended in this moment, or is of a version whose state
    /// this one cannot read.</returns>
    /// <exception cref="SettingException">It has not waited for this one, or does not make sense.</exception>
    public HandoverState? Begin()
    {
        try
        {
            _words.Say(HandoverConnection.Ready);
        }
        catch (SocketException)
        {
            // The other one is gone. Then nobody reads the queues, and they are ours the more.
        }

        // Nothing comes when it ends in this moment: the same. One that is only slow must not be taken for that.
        _socket.ReceiveTimeout = 0;
        string? answer = _words.Hear();
        if (answer is not (null or HandoverConnection.Yours))
        {
            throw Refused($"{PlainText.Visible(answer)}: the other balancer goes on");
        }
        IsBroken = answer is null;
        YoursSince = MonotonicClock.NowNanoseconds;
        try
        {
            return _words.HearBytes() is { } state ? HandoverState.Read(state) : null;
        }
        catch (CarriedException e)
        {
            throw Refused($"what the other balancer has counted: {e.Message}; it goes on", e);
        }
    }

    /// <summary>Tells the other one that it may end, and clients from now on who serves them.</summary>
    public void Finish()
    {
        ControlListener.ListenAgain(Listener);
        try
        {
            _words.Say(HandoverConnection.Running);
        }
        catch (SocketException)
        {
            // It has ended already.
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _socket.Dispose();

    private void Receive(ControlAddress address, ControlTrust trust, QueueRange queues)
    {
        if (trust.ComplaintAbout(_socket) is { } complaint)
        {
            throw Refused($"{address}: {complaint}");
        }
        Predecessor = LocalProcess.AtOtherEndOf(_socket);
        _socket.Send(new ControlRequest { Action = "takeover", Queues = queues.ToString() }.ToBytes());
        string? answer = _words.Hear();
        if (answer != HandoverConnection.Greeting)
        {
            string reason = answer ?? "the balancer that runs does not hand over to this user, or cannot";
            throw Refused($"{PlainText.Visible(reason)}");
        }
        Flows = JournalRecord.Replay(HearLines(), text => text.Parse());
        TraceFlows = JournalRecord.Replay(HearLines(), text => text.ParseWithoutTarget());
        Listener = _descriptors.ReceiveSocket("control socket", Patience);
    }

    private byte[] HearLines() =>
        _words.HearBytes() ?? throw Refused("the balancer that ran has ended");

    private static SettingException Refused(string reason, Exception? cause = null) =>
        new(nameof(ServiceSettings.Handover), null, reason, cause);
}

using System.Net.Sockets;
using System.Text;
using Nfqlb.Control;
using Nfqlb.Daemon.Flows;
using Nfqlb.Daemon.Health;
using Nfqlb.Daemon.Journal;
using Nfqlb.Daemon.Logging;
using Nfqlb.Daemon.Settings;
using Nfqlb.Daemon.Workers;
using Nfqlb.Flows;
using Nfqlb.Linux;

namespace Nfqlb.Daemon.Handover;

/// <summary>Hands what this balancer has to one that takes over, and ends it; or goes on when that one fails.</summary>
/// <param name="path">What packets go through here.</param>
/// <param name="workers">Read its queues.</param>
/// <param name="health">Is told how far this balancer is in its life.</param>
/// <param name="changes">Changes its flows; stands still meanwhile.</param>
/// <param name="listener">The control socket.</param>
/// <param name="log">Is told when nobody took over.</param>
internal sealed class HandoverOffer(
    DataPath path, QueueWorkers workers, HealthWatch health, FlowChanges changes, Socket listener, EventLog log)
{
    /// <summary>Longest time that the other one takes for a step of its start. Nothing changes meanwhile but packets.
    /// </summary>
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(30);

    /// <summary>Longest time from our last batch to its first one. Packets wait meanwhile.</summary>
    private static readonly TimeSpan PauseLimit = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan LastWordsLimit = TimeSpan.FromSeconds(1);

    /// <summary>True when somebody has taken over: this process has nothing more to do.</summary>
    public bool IsDone { get; private set; }

    /// <summary>Done when somebody has begun to take over, and has failed.</summary>
    public Action AfterFailure { get; init; } = () => { };

    /// <summary>Serves one that wants to take over, to its end. Blocks.</summary>
    /// <param name="request">What it asked.</param>
    /// <param name="connection">To it, which is root or this balancer's user; nobody else uses it from now on.</param>
    public void Serve(ControlRequest request, Socket connection)
    {
        var words = new HandoverConnection(connection);
        try
        {
            if (Refusal(request, connection) is { } reason)
            {
                words.Say(reason);
                return;
            }
            health.Phase = BalancerPhase.HandingOver;
            IsDone = changes.StandStill(() => HandOver(words, connection));
            if (IsDone)
            {
                workers.HandOver();
            }
        }
        catch (Exception e) when (e is SocketException or SystemCallException)
        {
            Tell(e.Message);
        }
        finally
        {
            health.Phase = IsDone ? BalancerPhase.Stopping : BalancerPhase.Running;
        }
    }

    private string? Refusal(ControlRequest request, Socket connection) =>
        connection.AddressFamily != AddressFamily.Unix ? "only over a unix socket"
        : request.Queues != $"{path.Settings.Queues}"
        ? $"the balancer that runs reads queues {path.Settings.Queues}, not {request.Queues}"
        : null;

    private bool HandOver(HandoverConnection words, Socket connection)
    {
        var descriptors = new DescriptorConnection(connection);
        Limit(connection, StartLimit);
        words.Say(HandoverConnection.Greeting);
        var flows = FlowsOf(path.Flows);
        words.Say(Lines(flows));
        words.Say(Lines(FlowsOf(path.Tap.Flows)));
        var counters = new FlowCounters(path.Flows.Current, flows);
        descriptors.Send(listener, "control socket", StartLimit);
        foreach (var worker in path.Workers)
        {
            worker.Queue.SendTo(descriptors, StartLimit);
        }
        if (words.Hear() != HandoverConnection.Ready)
        {
            // One that is only slow must not take silence for our end.
            Tell("the new balancer failed to start");
            words.TrySay("too late");
            AfterFailure();
            return false;
        }
        Limit(connection, PauseLimit);
        path.FastPath?.Leave();
        if (!workers.TryPause())
        {
            EndAtOnce();
        }
        bool isTaken = false;
        Exception? failure = null;
        try
        {
            changes.LeaveJournal();
            byte[] state = HandoverState.Of(path, counters).ToArray();
            isTaken = TryEnd(words, connection, state);
        }
        catch (Exception e) when (e is IOException or OutOfMemoryException)
        {
            // Silence would be taken for our end, and the queue would have two readers.
            words.TrySay("the old balancer failed");
            failure = e;
        }
        // Before a word is said: whoever reads the log may be slow, and packets wait.
        if (!isTaken)
        {
            GoOn();
            path.FastPath?.Return();
            Tell(failure?.Message ?? "the new balancer ended, or hung and was killed");
            TakeJournalBack();
            AfterFailure();
        }
        return isTaken;
    }

    /// <summary>A worker that does not stop may read a queue at any moment, so nobody else may read it before this
    /// process is gone. The new balancer sees its end, and calls back what such a worker has in its hands.</summary>
    private void EndAtOnce()
    {
        changes.LeaveJournal();
        // Whoever reads the log may be slow.
        Task.Run(() => log.Write(
            Severity.Error, "a worker does not stop: this process ends, so that the new balancer can read its queue"))
            .Wait(LastWordsLimit);
        path.Settings.EndAtOnce();
    }

    /// <summary>The other one has had the queues: with its own options, and perhaps it took packets.</summary>
    private void GoOn()
    {
        foreach (var (queue, _, _) in path.Workers)
        {
            try
            {
                queue.Configure();
                queue.Recall();
            }
            catch (SystemCallException e)
            {
                // Its worker finds the same, and ends the process.
                Tell(e.Message);
            }
        }
        workers.Resume();
        ControlListener.ListenAgain(listener);
    }

    private static void Limit(Socket connection, TimeSpan limit) =>
        (connection.SendTimeout, connection.ReceiveTimeout) =
            ((int)limit.TotalMilliseconds, (int)limit.TotalMilliseconds);

    private void TakeJournalBack()
    {
        try
        {
            changes.TakeJournal();
        }
        catch (SettingException e)
        {
            log.Write(
                Severity.Error, "flows are not kept: each change tries again", new LogField("reason", e.Reason));
        }
    }

    private void Tell(string reason) => log.Write(
        Severity.Warning, "nobody took over: this balancer goes on", new LogField("reason", reason));

    /// <returns>True when the other one reads; false when it has ended.</returns>
    private bool TryEnd(HandoverConnection words, Socket connection, byte[] state)
    {
        if (words.TrySay(HandoverConnection.Yours)
            && words.TrySay(state)
            && words.Hear() == HandoverConnection.Running)
        {
            return true;
        }

        connection.ReceiveTimeout = 0;
        bool isOpen = !connection.Poll(TimeSpan.Zero, SelectMode.SelectRead) || connection.Available > 0;
        if (isOpen && TryKill(connection))
        {
            // Whatever it has said in its last moment: it is dead when it can say no more.
            while (words.Hear() is not null)
            {
            }
            return false;
        }
        return words.Hear() == HandoverConnection.Running;
    }

    /// <summary>Ends a new balancer that hangs: a queue must not have two readers when this one goes on.</summary>
    /// <returns>False when that is not in its power: only waiting is left.</returns>
    private bool TryKill(Socket connection)
    {
        try
        {
            if (LocalProcess.AtOtherEndOf(connection) is { } process)
            {
                process.Kill();
                return true;
            }
            Hangs("it is in another pid namespace");
        }
        catch (SystemCallException e)
        {
            // It is root's, and this one is not.
            Hangs(e.Message);
        }
        return false;
    }

    private void Hangs(string reason) => log.Write(
        Severity.Error, "the new balancer hangs: no queue is read until it ends", new LogField("reason", reason));

    /// <summary>In the order of their definition within a priority, without helpers.</summary>
    private static List<Flow> FlowsOf(FlowTable table)
    {
        var flows = new List<Flow>();
        foreach (var entry in table.Current.Entries)
        {
            if (!entry.Flow.Name.IsHelper)
            {
                flows.Add(entry.Flow);
            }
        }
        return flows;
    }

    private static string Lines(List<Flow> flows)
    {
        var text = new StringBuilder();
        foreach (var flow in flows)
        {
            text.Append(Encoding.UTF8.GetString(JournalRecord.Set(flow)));
        }
        return text.ToString();
    }
}

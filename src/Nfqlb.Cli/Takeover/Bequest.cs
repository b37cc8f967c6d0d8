using System.Net.Sockets;
using System.Text;
using Nfqlb.Cli.Control;
using Nfqlb.Cli.Hosting;
using Nfqlb.Cli.Logging;
using Nfqlb.Cli.State;
using Nfqlb.Flows;
using Nfqlb.Linux;

namespace Nfqlb.Cli.Takeover;

/// <summary>Hands what this balancer has to one that takes over, and ends it; or goes on when that one fails.</summary>
/// <param name="balancer">This one.</param>
/// <param name="queues">Its queues, as they were typed.</param>
/// <param name="changes">Changes its flows; stands still meanwhile.</param>
/// <param name="listener">The control socket.</param>
internal sealed class Bequest(Balancer balancer, string queues, FlowChanges changes, Socket listener)
{
    /// <summary>Longest time that the other one takes to start. Nothing changes meanwhile but packets.</summary>
    private const int StartLimitMilliseconds = 30_000;

    /// <summary>True when somebody has taken over: this process has nothing more to do.</summary>
    public bool IsDone { get; private set; }

    /// <summary>Serves one that wants to take over, to its end. Blocks.</summary>
    /// <param name="request">What it asked.</param>
    /// <param name="connection">To it, which is root or this balancer's user; nobody else uses it from now on.</param>
    public void Serve(ControlRequest request, Socket connection)
    {
        var conversation = new Conversation(connection);
        try
        {
            if (Refusal(request, connection) is { } reason)
            {
                conversation.Say(reason);
                return;
            }
            balancer.Health.Phase = BalancerPhase.HandingOver;
            IsDone = changes.StandStill(() => HandOver(conversation, connection));
            if (IsDone)
            {
                balancer.QueueWorkers.EndProcess();
            }
        }
        catch (Exception e) when (e is SocketException or SystemCallException)
        {
            Tell(e.Message);
        }
        finally
        {
            balancer.Health.Phase = IsDone ? BalancerPhase.Stopping : BalancerPhase.Running;
        }
    }

    private string? Refusal(ControlRequest request, Socket connection) =>
        connection.AddressFamily != AddressFamily.Unix ? "only over a unix socket"
        : request.Queues != queues ? $"the balancer that runs reads queues {queues}, not {request.Queues}"
        : null;

    private bool HandOver(Conversation conversation, Socket connection)
    {
        var descriptors = new DescriptorConnection(connection);
        conversation.Say(Conversation.Greeting);
        var flows = FlowsOf(balancer.Flows);
        conversation.Say(Lines(flows));
        conversation.Say(Lines(FlowsOf(balancer.Tap.Flows)));
        var places = new FlowPlaces(balancer.Flows.Current, flows);
        descriptors.Send(listener, "control socket");
        foreach (var worker in balancer.Workers)
        {
            worker.Queue.SendTo(descriptors);
        }
        connection.ReceiveTimeout = StartLimitMilliseconds;
        if (conversation.Hear() != Conversation.Ready)
        {
            // One that is only slow must not take silence for our end.
            Tell("the new balancer failed to start");
            TrySay(conversation, "too late");
            return false;
        }
        connection.ReceiveTimeout = 0;
        balancer.QueueWorkers.Pause();
        bool isTaken = changes.WithoutJournal(() => TryEnd(conversation, places));
        if (!isTaken)
        {
            // It has ended, and whatever of it read the queues with it.
            Tell("the new balancer ended");
            balancer.QueueWorkers.Resume();
        }
        return isTaken;
    }

    private void Tell(string reason) => balancer.Log.Write(
        Severity.Warning, "nobody took over: this balancer goes on", new LogField("reason", reason));

    private bool TryEnd(Conversation conversation, FlowPlaces flows)
    {
        try
        {
            conversation.Say(Conversation.Yours);
            conversation.Say(Estate.Of(balancer, flows));
            return conversation.Hear() == Conversation.Running;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private static void TrySay(Conversation conversation, string text)
    {
        try
        {
            conversation.Say(text);
        }
        catch (SocketException)
        {
            // It is gone, as most often.
        }
    }

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

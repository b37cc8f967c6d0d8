using Nfqlb.Cli.CommandLine;
using Nfqlb.Cli.Control;
using Nfqlb.Cli.Hosting;
using Nfqlb.Cli.State;
using Nfqlb.Cli.Tracing;

namespace Nfqlb.Cli.Commands;

/// <summary>Balances the packets of some queues, in the foreground, until it is told to stop.</summary>
internal sealed class FlowLbCommand : Command
{
    private static readonly Option State = new("state", "Directory that keeps the flows. Default; none");

    public override string Name => "flowlb";

    public override string Usage => """
        flowlb [options]
          Load-balance with flows
        """;

    public override Option[] Options => [.. BalancerOptions.All, State];

    protected override int Run(Arguments arguments)
    {
        var settings = BalancerOptions.Read(arguments);
        using var signals = new StopOnSignal();
        using var listener = ControlListener.Open();
        using var journal = arguments.Text(State) is { } directory ? FlowJournal.Open(directory) : null;
        using var balancer = new Balancer(settings);
        var counters = new CounterListing(balancer.Workers, balancer.Flows, balancer.Fragments);
        var changes = new FlowChanges(balancer.Flows, balancer.Pools, journal);
        changes.Restore();
        var actions = new FlowActions(balancer.Flows, changes, balancer.Tap.Flows, counters, balancer.Log);
        var captures = new CaptureServer(balancer.Tap, balancer.Workers);
        return balancer.Run(signals, new ControlServer(listener.Socket, actions, captures));
    }
}

using System.Net.Sockets;
using Nfqlb.Cli.CommandLine;
using Nfqlb.Cli.Control;
using Nfqlb.Cli.FastPath;
using Nfqlb.Cli.Hosting;
using Nfqlb.Cli.Http;
using Nfqlb.Cli.Logging;
using Nfqlb.Cli.State;
using Nfqlb.Cli.Takeover;
using Nfqlb.Cli.Tracing;
using Nfqlb.Flows;

namespace Nfqlb.Cli.Commands;

/// <summary>Balances the packets of some queues, in the foreground, until it is told to stop.</summary>
internal sealed class FlowLbCommand : Command
{
    private static readonly Option State = new("state", "Directory that keeps the flows")
    {
        Default = "none",
        Values = ValueSet.Directories,
    };
    private static readonly Option Takeover =
        new("takeover", "Go on with the queues, flows and counters of the balancer that runs") { IsSwitch = true };

    private static readonly Option Http =
        new(HttpAddress.Option, "Show metrics and health over HTTP. ADDR:PORT, [ADDR6]:PORT or unix:/PATH");

    public override string Name => "flowlb";

    public override string Usage => """
        flowlb [options]
          Load-balance packets of some queues by flows, in the foreground
        """;

    public override string[] Examples =>
    [
        "nfqlb flowlb --queue=0:3",
        "nfqlb flowlb --queue=0:3 --state=/var/lib/nfqlb --http=127.0.0.1:9100",
        "nfqlb flowlb --queue=0:3 --takeover   # goes on with what another one does, which ends",
    ];

    public override Option[] Options =>
        [.. BalancerOptions.All, State, Takeover, Http, FastPathSettings.LinksOption, FastPathSettings.VipsOption];

    protected override int Run(Arguments arguments)
    {
        var settings = BalancerOptions.Read(arguments) with { FastPath = FastPathSettings.Read(arguments) };
        var http = arguments.Text(Http) is { } typed ? HttpAddress.Parse(typed) : null;
        using var signals = new StopOnSignal();
        using var inheritance = arguments.Has(Takeover) ? Inheritance.Ask(settings.Queues) : null;
        using var httpSocket = http is null ? null : BindHttp(http, inheritance);
        using var listener = inheritance is null ? ControlListener.Open() : new ControlListener(inheritance.Listener);
        using var log = new EventLog(settings.LogFormat);
        using var journal = OpenJournal(arguments.Text(State), log, isInherited: inheritance is not null);
        if (journal is not null && inheritance is null)
        {
            CollectionPause.Begin();
        }
        // With a thousand flows these two take as long as all the rest of the start, so they go on beside it.
        IReadOnlyList<Flow> kept = [];
        using var reading = new StartTask(() => kept = inheritance?.Flows ?? journal?.Found ?? []);
        using var balancer = new Balancer(settings, log, inheritance, signals.Asked);
        if (listener.Socket.AddressFamily != AddressFamily.Unix)
        {
            log.Write(
                Severity.Warning,
                "over TCP nobody is authenticated: whoever reaches the control address may change flows",
                new LogField("address", ControlAddress.Text));
        }
        var drains = new DrainListing(balancer.Flows, balancer.Connections);
        var counters = new CounterListing(balancer.Workers, balancer.Flows, balancer.Fragments) { Drains = drains };
        var changes = new FlowChanges(balancer.Flows, balancer.Pools, journal, log);
        if (balancer.KernelPath is { } kernel)
        {
            changes.Around = kernel.Change;
            counters.Kernel = kernel;
        }
        balancer.BeforeStart = changes.TakeJournal;
        using var restoring = new StartTask(() =>
        {
            reading.Wait();
            changes.Restore(kept);
            if (inheritance is not null)
            {
                changes.PrepareJournal();
            }
        });
        balancer.Restoring = restoring;
        foreach (var flow in inheritance?.TraceFlows ?? [])
        {
            balancer.Tap.Flows.Set(flow, pool: null);
        }
        var bequest = new Bequest(balancer, settings.Queues.ToString(), changes, listener.Socket);
        var reports = new BalancerReports(
            counters,
            balancer.Health,
            new SettingsListing(
                settings.Classifier.HashMode, settings.Classifier.IsPromiscuousPing, settings.MarkMask));
        var actions = new FlowActions(balancer.Flows, changes, balancer.Tap.Flows, reports, log);
        if (http is not null)
        {
            var pages = new BalancerPages(balancer, counters, changes, actions.Tally);
            balancer.Http = new HttpServer(http, httpSocket, pages, log);
        }
        var captures = new CaptureServer(balancer.Tap, balancer.Workers, balancer.Flows);
        return balancer.Run(signals, new ControlServer(listener.Socket, actions, captures, bequest));
    }

    /// <summary>The balancer that this one takes over from may have the address until it ends.</summary>
    private static Socket? BindHttp(HttpAddress address, Inheritance? inheritance)
    {
        try
        {
            return HttpSocket.Bind(address);
        }
        catch (UsageException) when (inheritance is not null)
        {
            return null;
        }
    }

    private static FlowJournal? OpenJournal(string? directory, EventLog log, bool isInherited)
    {
        void Tell(string reason) => log.Write(
            Severity.Warning, "kept flows", new LogField("state", directory!), new LogField("reason", reason));
        return directory is null ? null
            : directory.Length == 0 ? throw UsageException.BadValue("--state", "", "the name of a directory is needed")
            : isInherited ? FlowJournal.Later(directory, Tell) : FlowJournal.Open(directory, Tell);
    }
}

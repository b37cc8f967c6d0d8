using Nfqlb.Cli.CommandLine;
using Nfqlb.Cli.Control;
using Nfqlb.Control;

namespace Nfqlb.Cli.Commands;

/// <summary>Adds or redefines a flow that selects packets of the running balancer for tracing.</summary>
internal sealed class TraceFlowSetCommand : Command
{
    public override string Name => "trace-flow-set";

    public override string Usage => """
        trace-flow-set [options]
          Set a flow that selects packets for trace and capture. An un-defined value means match-all.
          Use comma separated lists for multiple items (no spaces)
        """;

    public override string[] Examples => ["nfqlb trace-flow-set --name=client --srcs=198.51.100.7/32"];

    public override Option[] Options =>
    [
        FlowOptions.Name, FlowOptions.Protocols, FlowOptions.Destinations, FlowOptions.Sources,
        FlowOptions.DestinationPorts, FlowOptions.SourcePorts, FlowOptions.Match,
    ];

    protected override int Run(Arguments arguments) => ControlSocket.Change(
        new ControlRequest { Action = "trace-set", Flow = FlowOptions.Read(arguments) });
}

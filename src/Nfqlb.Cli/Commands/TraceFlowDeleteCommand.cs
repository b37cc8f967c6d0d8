using Nfqlb.Cli.CommandLine;
using Nfqlb.Cli.Control;
using Nfqlb.Control;

namespace Nfqlb.Cli.Commands;

/// <summary>Takes a flow away that selects packets for tracing; one that is not there is fine.</summary>
internal sealed class TraceFlowDeleteCommand : Command
{
    public override string Name => "trace-flow-delete";

    public override string Usage => """
        trace-flow-delete
          Delete a flow that selects packets
        """;

    public override string[] Examples => ["nfqlb trace-flow-delete --name=client"];

    public override Option[] Options => [FlowOptions.Name];

    protected override int Run(Arguments arguments) => ControlSocket.Change(
        new ControlRequest { Action = "trace-delete", Flow = { Name = FlowOptions.ReadName(arguments).Text } });
}

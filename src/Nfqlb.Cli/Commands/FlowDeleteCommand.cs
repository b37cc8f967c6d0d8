using Nfqlb.Cli.CommandLine;
using Nfqlb.Cli.Control;
using Nfqlb.Control;

namespace Nfqlb.Cli.Commands;

/// <summary>Takes a flow away from the running balancer; one that is not there is fine.</summary>
internal sealed class FlowDeleteCommand : Command
{
    public override string Name => "flow-delete";

    public override string Usage => """
        flow-delete
          Delete a flow
        """;

    public override string[] Examples => ["nfqlb flow-delete --name=http"];

    public override Option[] Options => [FlowOptions.Name with { Values = ValueSet.Flows }];

    protected override int Run(Arguments arguments) => ControlSocket.Change(
        new ControlRequest { Action = "delete", Flow = { Name = FlowOptions.ReadName(arguments).Text } });
}

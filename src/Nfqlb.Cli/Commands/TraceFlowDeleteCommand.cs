using Nfqlb.Cli.CommandLine;
using Nfqlb.Cli.Control;
using Nfqlb.Flows;

namespace Nfqlb.Cli.Commands;

/// <summary>Takes a flow away that selects packets for tracing; one that is not there is fine.</summary>
internal sealed class TraceFlowDeleteCommand : Command
{
    private static readonly Option NameOption = new("name", "Name of the flow") { IsRequired = true };

    public override string Name => "trace-flow-delete";

    public override string Usage => """
        trace-flow-delete
          Delete a flow that selects packets
        """;

    public override Option[] Options => [NameOption];

    protected override int Run(Arguments arguments)
    {
        string text = arguments.Text(NameOption)!;
        if (!FlowName.TryParse(text, out var name, out string reason))
        {
            throw UsageException.BadValue("--name", text, reason);
        }
        return ControlClient.Change(new ControlRequest { Action = "trace-delete", Flow = { Name = name.Text } });
    }
}

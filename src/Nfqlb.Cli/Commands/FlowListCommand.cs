using Nfqlb.Cli.CommandLine;
using Nfqlb.Cli.Control;

namespace Nfqlb.Cli.Commands;

/// <summary>Prints the flows of the running balancer as JSON.</summary>
internal sealed class FlowListCommand : Command
{
    private static readonly Option NameOption = new("name", "Name of a flow");

    public override string Name => "flow-list";

    public override string Usage => """
        flow-list
          List flows
        """;

    public override Option[] Options => [NameOption];

    protected override int Run(Arguments arguments)
    {
        var request = new ControlRequest { Action = "list", Flow = { Name = arguments.Line(NameOption) } };
        Output.Answer.Write(ControlClient.Ask(request));
        return ExitCode.Fine;
    }
}

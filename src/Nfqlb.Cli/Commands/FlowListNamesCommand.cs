using Nfqlb.Cli.CommandLine;
using Nfqlb.Cli.Control;

namespace Nfqlb.Cli.Commands;

/// <summary>Prints the names of the running balancer's flows.</summary>
internal sealed class FlowListNamesCommand : Command
{
    public override string Name => "flow-list-names";

    public override string Usage => """
        flow-list-names
          List flow names
        """;

    protected override int Run(Arguments arguments)
    {
        Output.Answer.Write(ControlClient.Ask(new ControlRequest { Action = "list-names" }));
        return ExitCode.Fine;
    }
}

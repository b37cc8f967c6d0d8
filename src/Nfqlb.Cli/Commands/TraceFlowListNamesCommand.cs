using Nfqlb.Cli.CommandLine;
using Nfqlb.Cli.Control;

namespace Nfqlb.Cli.Commands;

/// <summary>Prints the names of the flows that select packets for tracing.</summary>
internal sealed class TraceFlowListNamesCommand : Command
{
    public override string Name => "trace-flow-list-names";

    public override string Usage => """
        trace-flow-list-names
          List names of flows that select packets
        """;

    protected override int Run(Arguments arguments)
    {
        Output.Answer.Write(ControlClient.Ask(new ControlRequest { Action = "trace-list-names" }));
        return ExitCode.Fine;
    }
}

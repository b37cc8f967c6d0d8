using Nfqlb.Cli.CommandLine;
using Nfqlb.Cli.Control;

namespace Nfqlb.Cli.Commands;

/// <summary>Prints what became of the running balancer's packets.</summary>
internal sealed class CountersCommand : Command
{
    public override string Name => "counters";

    public override string Usage => """
        counters
          Count packets by queue, outcome and target, as JSON
        """;

    protected override int Run(Arguments arguments)
    {
        Output.Answer.Write(ControlClient.Ask(new ControlRequest { Action = "counters" }));
        return ExitCode.Fine;
    }
}

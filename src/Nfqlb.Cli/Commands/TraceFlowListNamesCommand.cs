using Nfqlb.Cli.CommandLine;
using Nfqlb.Cli.Control;
using Nfqlb.Control;

namespace Nfqlb.Cli.Commands;

/// <summary>Prints the names of the flows that select packets for tracing.</summary>
internal sealed class TraceFlowListNamesCommand : Command
{
    private static readonly Option Form = Listing.Output(Listing.Json, Listing.Yaml, Listing.Table);

    public override string Name => "trace-flow-list-names";

    public override string Usage => """
        trace-flow-list-names
          List names of flows that select packets
        """;

    public override string[] Examples => ["nfqlb trace-flow-list-names"];

    public override Option[] Options => [Form];

    protected override int Run(Arguments arguments)
    {
        string form = Listing.Form(arguments, Form);
        Listing.Print(form, () => ControlSocket.Client.Ask(new ControlRequest { Action = "trace-list-names" }));
        return ExitCode.Fine;
    }
}

using Nfqlb.Cli.CommandLine;
using Nfqlb.Cli.Control;
using Nfqlb.Control;

namespace Nfqlb.Cli.Commands;

/// <summary>Prints the names of the running balancer's flows.</summary>
internal sealed class FlowListNamesCommand : Command
{
    private static readonly Option Form = Listing.Output(Listing.Json, Listing.Yaml, Listing.Table);

    public override string Name => "flow-list-names";

    public override string Usage => """
        flow-list-names
          List flow names
        """;

    public override string[] Examples => ["nfqlb flow-list-names"];

    public override Option[] Options => [Form];

    protected override int Run(Arguments arguments)
    {
        string form = Listing.Form(arguments, Form);
        Listing.Print(form, () => ControlSocket.Client.Ask(new ControlRequest { Action = "list-names" }));
        return ExitCode.Fine;
    }
}

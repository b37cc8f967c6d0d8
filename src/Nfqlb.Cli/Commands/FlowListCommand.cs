using Nfqlb.Cli.CommandLine;
using Nfqlb.Cli.Control;
using Nfqlb.Control;

namespace Nfqlb.Cli.Commands;

/// <summary>Prints the flows of the running balancer as JSON.</summary>
internal sealed class FlowListCommand : Command
{
    private static readonly Option NameOption = new("name", "Name of a flow") { Values = ValueSet.Flows };

    private static readonly Option Form = Listing.Output(Listing.Json, Listing.Yaml, Listing.Table);

    public override string Name => "flow-list";

    public override string Usage => """
        flow-list
          List flows
        """;

    public override string[] Examples =>
    [
        "nfqlb flow-list",
        "nfqlb flow-list --name=http",
        "nfqlb flow-list --output=table",
    ];

    public override Option[] Options => [NameOption, Form];

    protected override int Run(Arguments arguments)
    {
        string form = Listing.Form(arguments, Form);
        string? name = arguments.Line(NameOption);
        string answer = ControlSocket.Client.Ask(new ControlRequest { Action = "list", Flow = { Name = name } });
        if (form == Listing.Json && answer.Length > 0)
        {
            // As it came: 1.2.0 ends the list with a line break, and a single flow without.
            Output.Answer.Write(answer);
        }
        else if (answer.Length > 0)
        {
            Listing.Print(form, () => answer);
        }
        else if (arguments.Has(Form))
        {
            throw UsageException.BadValue("--name", name!, "there is no such flow");
        }
        return ExitCode.Fine;
    }
}

using Nfqlb.Cli.CommandLine;
using Nfqlb.Cli.Control;
using Nfqlb.Control;

namespace Nfqlb.Cli.Commands;

/// <summary>Prints what became of the running balancer's packets.</summary>
internal sealed class CountersCommand : Command
{
    private static readonly Option Form = Listing.Output(Listing.Json, Listing.Yaml, Listing.Table);

    public override string Name => "counters";

    public override string Usage => """
        counters
          Count packets by queue, outcome and target
        """;

    public override string[] Examples => ["nfqlb counters"];

    public override Option[] Options => [Form];

    protected override int Run(Arguments arguments)
    {
        string form = Listing.Form(arguments, Form);
        Listing.Print(form, () => ControlSocket.Client.Ask(new ControlRequest { Action = "counters" }));
        return ExitCode.Fine;
    }
}

using Nfqlb.Cli.CommandLine;
using Nfqlb.Cli.Control;
using Nfqlb.Control;

namespace Nfqlb.Cli.Commands;

/// <summary>Prints the flows that select packets for tracing, as JSON.</summary>
internal sealed class TraceFlowListCommand : Command
{
    private static readonly Option NameOption = new("name", "Name of a flow");

    private static readonly Option Form = Listing.Output(Listing.Json, Listing.Yaml, Listing.Table);

    public override string Name => "trace-flow-list";

    public override string Usage => """
        trace-flow-list
          List flows that select packets
        """;

    public override string[] Examples => ["nfqlb trace-flow-list"];

    public override Option[] Options => [NameOption, Form];

    protected override int Run(Arguments arguments)
    {
        string form = Listing.Form(arguments, Form);
        string? name = arguments.Line(NameOption);
        string answer = ControlSocket.Client.Ask(new ControlRequest { Action = "trace-list", Flow = { Name = name } });
        if (name is not null && answer.Length == 0)
        {
            throw UsageException.BadValue("--name", name, "there is no such trace flow");
        }
        Listing.Print(form, () => answer);
        return ExitCode.Fine;
    }
}

using Nfqlb.Cli.Apply;
using Nfqlb.Cli.CommandLine;
using Nfqlb.ControlPlane.Observe;
using Nfqlb.ControlPlane.Store;
using Nfqlb.Planning.Documents;

namespace Nfqlb.Cli.Commands;

/// <summary>Writes what there is as a file that `apply` takes.</summary>
internal sealed class ExportCommand : Command
{
    private static readonly Option Form = Listing.Output(Listing.Yaml, Listing.Json);

    public override string Name => "export";

    public override string Usage => """
        export [--output=]
          Write the running pools, targets, flows and VIPs as a file that apply takes.
        """;

    public override string[] Examples => ["nfqlb export > lb.yaml"];

    public override Option[] Options => [Form, Listing.JsonSwitch];

    protected override int Run(Arguments arguments)
    {
        string form = Listing.Form(arguments, Form);
        var state = new RunningState(ThisHost.Surroundings).Read(StateStore.Look(StoreName.Value));
        Output.Answer.Write(form == Listing.Json ? Document.ToJson(state) : Document.ToYaml(state));
        return ExitCode.Fine;
    }
}

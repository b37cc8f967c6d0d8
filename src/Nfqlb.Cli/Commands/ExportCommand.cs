using Nfqlb.Cli.Apply;
using Nfqlb.Cli.CommandLine;
using Nfqlb.ControlPlane.Observe;
using Nfqlb.ControlPlane.Store;
using Nfqlb.Planning.Documents;

namespace Nfqlb.Cli.Commands;

/// <summary>Writes what there is as a file that `apply` takes.</summary>
internal sealed class ExportCommand : Command
{
    private static readonly Option Json = new("json", "As JSON instead of YAML") { IsSwitch = true };

    public override string Name => "export";

    public override string Usage => """
        export [--json]
          Write the running pools, targets, flows and VIPs as a file that apply takes.
        """;

    public override Option[] Options => [Json];

    protected override int Run(Arguments arguments)
    {
        var state = new RunningState(ThisHost.Surroundings).Read(StateStore.Look(StoreName.Value));
        Output.Answer.Write(arguments.Has(Json) ? Document.ToJson(state) : Document.ToYaml(state));
        return ExitCode.Fine;
    }
}

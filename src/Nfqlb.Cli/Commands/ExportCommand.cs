using Nfqlb.Cli.Apply;
using Nfqlb.Cli.CommandLine;
using Nfqlb.Cli.Documents;

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
        var state = RunningState.Read(WantedStore.Look());
        Output.Answer.Write(arguments.Has(Json) ? WantedDocument.ToJson(state) : WantedDocument.ToYaml(state));
        return ExitCode.Fine;
    }
}

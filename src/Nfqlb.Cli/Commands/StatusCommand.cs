using Nfqlb.Cli.CommandLine;
using Nfqlb.Cli.Health;

namespace Nfqlb.Cli.Commands;

/// <summary>Says whether this balancer works.</summary>
internal sealed class StatusCommand : Command
{
    private static readonly Option Json = new("json", "As JSON") { IsSwitch = true };

    public override string Name => "status";

    public override string Usage => """
        status [--json]
          Say whether this balancer works, what is wrong, and what mends it. Exit code 1 when something is bad.
        """;

    public override Option[] Options => [Json];

    protected override int Run(Arguments arguments)
    {
        var report = HealthCheck.Run();
        foreach (string line in arguments.Has(Json) ? [report.ToJson()] : report.Lines())
        {
            Output.Answer.WriteLine(line);
        }
        return report.IsFine ? ExitCode.Fine : ExitCode.Failed;
    }
}

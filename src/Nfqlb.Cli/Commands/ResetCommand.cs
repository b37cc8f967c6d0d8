using Nfqlb.Cli.Apply;
using Nfqlb.Cli.CommandLine;

namespace Nfqlb.Cli.Commands;

/// <summary>Takes away everything that is ours.</summary>
internal sealed class ResetCommand : Command
{
    private static readonly Option All =
        new("all", "Yes, everything that was asked for") { IsSwitch = true, IsRequired = true };
    private static readonly Option Foreign =
        new("foreign", "And the flows that others have set, with their pools") { IsSwitch = true };

    public override string Name => "reset";

    public override string Usage => """
        reset --all [--foreign]
          Take away all targets, VIPs and flows that were asked for.
          With them go the pools, rules and routes made for them. Links do again what they did before.
        """;

    public override string[] Examples => ["nfqlb reset --all"];

    public override Option[] Options => [All, Foreign];

    protected override int Run(Arguments arguments)
    {
        ThisHost.Tell(ThisHost.Reconciler.Reset(takesForeign: arguments.Has(Foreign)));
        return ExitCode.Fine;
    }
}

using Nfqlb.Cli.Apply;
using Nfqlb.Cli.CommandLine;

namespace Nfqlb.Cli.Commands;

/// <summary>Takes away everything that is ours.</summary>
internal sealed class ResetCommand : Command
{
    private static readonly Option All = new("all", "Yes, everything") { IsSwitch = true, IsRequired = true };

    public override string Name => "reset";

    public override string Usage => """
        reset --all
          Take away all targets, VIPs and flows, with the pools, rules and routes made for them.
        """;

    public override Option[] Options => [All];

    protected override int Run(Arguments arguments)
    {
        WantedChange.Reset();
        return ExitCode.Fine;
    }
}

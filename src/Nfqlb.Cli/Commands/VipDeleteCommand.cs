using Nfqlb.Cli.Apply;
using Nfqlb.Cli.CommandLine;
using Nfqlb.ControlPlane.Execute;
using Nfqlb.Planning.Plans;

namespace Nfqlb.Cli.Commands;

/// <summary>Has packets for virtual addresses no longer queued.</summary>
internal sealed class VipDeleteCommand : Command
{
    public override string Name => "vip-delete";

    public override string Usage => """
        vip-delete --vips=CIDR,...
          Queue packets for these addresses no longer. A missing one is fine.
        """;

    public override string[] Examples => ["nfqlb vip-delete --vips=203.0.113.10"];

    public override Option[] Options => [VipOptions.Vips];

    protected override int Run(Arguments arguments)
    {
        var prefixes = VipOptions.Parse(arguments);
        ThisHost.Carry(new DesiredChange(Scope.Vips, before =>
            before with { Vips = before.Vips.RemoveAll(vip => prefixes.Contains(vip.Prefix)) }));
        return ExitCode.Fine;
    }
}

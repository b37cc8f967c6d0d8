using Nfqlb.Cli.CommandLine;
using Nfqlb.Daemon.Hosting;
using Nfqlb.Flows;

namespace Nfqlb.Cli.Commands;

/// <summary>Balances the packets of some queues, in the foreground, until it is told to stop.</summary>
internal sealed class FlowLbCommand : Command
{
    public override string Name => "flowlb";

    public override string Usage => """
        flowlb [options]
          Load-balance packets of some queues by flows, in the foreground
        """;

    public override string[] Examples =>
    [
        "nfqlb flowlb --queue=0:3",
        "nfqlb flowlb --queue=0:3 --state=/var/lib/nfqlb --http=127.0.0.1:9100",
        "nfqlb flowlb --queue=0:3 --takeover   # goes on with what another one does, which ends",
    ];

    public override Option[] Options => [.. BalancerOptions.All, .. ServiceOptions.All];

    protected override int Run(Arguments arguments)
    {
        var settings = BalancerOptions.Read(arguments) with { FastPath = FastPathOptions.Read(arguments).With(null) };
        var service = ServiceOptions.Read(arguments);
        return BalancerOptions.Run(settings, () => FlowBalancer.Run(settings, service));
    }
}

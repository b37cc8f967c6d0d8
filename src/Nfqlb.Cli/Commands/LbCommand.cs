using Nfqlb.Cli.CommandLine;
using Nfqlb.Cli.Hosting;
using Nfqlb.Flows;

namespace Nfqlb.Cli.Commands;

/// <summary>Balances all packets of some queues to one pool, in the foreground, until it is told to stop.</summary>
/// <remarks>A balancer with one flow, which accepts everything, and without a control socket.</remarks>
internal sealed class LbCommand : Command
{
    private static readonly Option TargetShm = new("tshm", "Target shared memory");
    private static readonly Option SctpEncapsulation =
        new("sctp_encap", "SCTP UDP encapsulation port. default=0");

    public override string Name => "lb";

    public override string Usage => """
        lb [options]
          Load-balance
        """;

    public override Option[] Options => [TargetShm, SctpEncapsulation, .. BalancerOptions.All];

    protected override int Run(Arguments arguments)
    {
        int port = arguments.Number(SctpEncapsulation, 0, 0, ushort.MaxValue);
        var everything = new Flow
        {
            Name = new FlowName(Name),
            Target = arguments.Pool(TargetShm, PoolOptions.DefaultPool),
            UdpEncapsulationPort = port == 0 ? null : (ushort)port,
        };
        var settings = BalancerOptions.Read(arguments);
        using var signals = new StopOnSignal();
        using var balancer = new Balancer(settings);
        balancer.Pools.Use(everything.Target, pool => balancer.Flows.Set(everything, pool));
        return balancer.Run(signals);
    }
}

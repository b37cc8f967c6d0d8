using Nfqlb.Cli.CommandLine;
using Nfqlb.Cli.Hosting;
using Nfqlb.Cli.Logging;
using Nfqlb.Flows;
using Nfqlb.Linux.SharedMemory;
using Nfqlb.Maglev;

namespace Nfqlb.Cli.Commands;

/// <summary>Balances all packets of some queues to one pool, in the foreground, until it is told to stop.</summary>
/// <remarks>A balancer with one flow, which accepts everything, and without a control socket.</remarks>
internal sealed class LbCommand : Command
{
    private static readonly Option TargetShm = new("tshm", "Target shared memory")
    {
        Default = PoolOptions.DefaultPool,
        Values = ValueSet.Pools,
    };
    private static readonly Option SctpEncapsulation =
        new("sctp_encap", "SCTP UDP encapsulation port; 0 for none") { Default = "0" };

    public override string Name => "lb";

    public override string Usage => """
        lb [options]
          Load-balance all packets of some queues to one pool, in the foreground
        """;

    public override string[] Examples => ["nfqlb lb --queue=0:3 --tshm=web"];

    public override Option[] Options => [TargetShm, SctpEncapsulation, .. BalancerOptions.All];

    protected override int Run(Arguments arguments)
    {
        var everything = Everything(
            arguments.Pool(TargetShm, PoolOptions.DefaultPool),
            (ushort)arguments.Number(SctpEncapsulation, 0, 0, ushort.MaxValue));
        var settings = BalancerOptions.Read(arguments);
        using var signals = new StopOnSignal();
        using var log = new EventLog(settings.LogFormat);
        using var balancer = new Balancer(settings, log, stop: signals.Asked);
        try
        {
            balancer.Pools.Use(everything.Target, pool => balancer.Flows.Set(everything, pool));
        }
        catch (PoolException e)
        {
            throw UsageException.BadValue("--tshm", everything.Target.Text, e.Reason);
        }
        return balancer.Run(signals);
    }

    /// <summary>The flow that accepts every packet.</summary>
    /// <param name="target">Where they go.</param>
    /// <param name="sctpEncapsulation">UDP port whose packets are taken for SCTP; 0 for none.</param>
    internal static Flow Everything(PoolName target, ushort sctpEncapsulation) => new()
    {
        Name = new FlowName("lb"),
        Target = target,
        UdpEncapsulationPort = sctpEncapsulation == 0 ? null : sctpEncapsulation,
    };
}

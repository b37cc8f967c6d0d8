using Nfqlb.Cli.CommandLine;
using Nfqlb.Daemon.Hosting;
using Nfqlb.Flows;
using Nfqlb.Linux.SharedMemory;
using Nfqlb.Maglev;

namespace Nfqlb.Cli.Commands;

/// <summary>Balances all packets of some queues to one pool, in the foreground, until it is told to stop.</summary>
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
        var target = arguments.Pool(TargetShm, PoolOptions.DefaultPool);
        ushort encapsulation = (ushort)arguments.Number(SctpEncapsulation, 0, 0, ushort.MaxValue);
        var settings = BalancerOptions.Read(arguments);
        try
        {
            return BalancerOptions.Run(settings, () => PoolBalancer.Run(settings, target, encapsulation));
        }
        catch (PoolException e)
        {
            throw UsageException.BadValue($"--{TargetShm.Name}", target.Text, e.Reason);
        }
    }
}

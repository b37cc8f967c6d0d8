using Nfqlb.Daemon.Logging;
using Nfqlb.Daemon.Settings;
using Nfqlb.Flows;
using Nfqlb.Linux;
using Nfqlb.Linux.SharedMemory;
using Nfqlb.Maglev;

namespace Nfqlb.Daemon.Hosting;

/// <summary>Balances all packets of some queues to one pool.</summary>
/// <remarks>A balancer with one flow, which accepts everything, and without a control socket.</remarks>
public static class PoolBalancer
{
    /// <summary>Blocks until it is told to end, or something fails.</summary>
    /// <param name="settings">How it shall be.</param>
    /// <param name="target">The pool.</param>
    /// <param name="sctpEncapsulation">UDP port whose packets are taken for SCTP; 0 for none.</param>
    /// <returns>False when something has failed.</returns>
    /// <exception cref="SettingException">It cannot run with a setting.</exception>
    /// <exception cref="PoolException">The pool cannot be used.</exception>
    /// <exception cref="SystemCallException">A queue cannot be bound.</exception>
    /// <exception cref="OperationCanceledException">It was told to end before it had begun.</exception>
    public static bool Run(BalancerSettings settings, PoolName target, ushort sctpEncapsulation)
    {
        var everything = Everything(target, sctpEncapsulation);
        using var signals = new StopOnSignal();
        using var log = new EventLog(settings.LogFormat, settings.Log, TimeProvider.System);
        using var balancer = new Balancer(settings, log, signals);
        balancer.Path.Pools.Use(target, pool => balancer.Path.Flows.Set(everything, pool));
        return balancer.Run();
    }

    /// <summary>The flow that accepts every packet.</summary>
    internal static Flow Everything(PoolName target, ushort sctpEncapsulation) => new()
    {
        Name = new FlowName("lb"),
        Target = target,
        UdpEncapsulationPort = sctpEncapsulation == 0 ? null : sctpEncapsulation,
    };
}

using Nfqlb.Cli.CommandLine;
using Nfqlb.Cli.Control;
using Nfqlb.Cli.Health;
using Nfqlb.ControlPlane.Execute;
using Nfqlb.ControlPlane.Host;
using Nfqlb.ControlPlane.Observe;
using Nfqlb.Planning.Model;
using Nfqlb.Planning.Objects;

namespace Nfqlb.Cli.Apply;

/// <summary>The host that this command runs on.</summary>
internal static class ThisHost
{
    /// <summary>Its kernel, its pools, and the balancer that the environment names.</summary>
    public static Surroundings Surroundings { get; } =
        new(new LinuxKernel(), new SharedPools(), new SocketFlowControl(), new SystemClock())
        {
            BeforeUnqueued = Withdrawal.Ask,
            HasSlowStart = () => LookAtBalancer()?.Configuration is not null,
        };

    /// <summary>Looks at all of it.</summary>
    public static HostObserver Observer => new(Surroundings, new RunningBalancer(), StoreName.Value);

    /// <summary>Makes it match what is desired.</summary>
    public static Reconciler Reconciler => new(Surroundings, StoreName.Value);

    /// <summary>Makes it match, and tells of what has to wait.</summary>
    public static Reconciliation Carry(DesiredChange change)
    {
        var reconciliation = Reconciler.Carry(change);
        Tell(reconciliation);
        return reconciliation;
    }

    /// <summary>Tells of what has to wait.</summary>
    public static void Tell(Reconciliation reconciliation)
    {
        foreach (string warning in reconciliation.Warnings)
        {
            Output.Complaint.WriteLine(warning);
        }
    }

    /// <summary>Tells of what is asked for that only `serve` does, and none does here.</summary>
    public static void TellOfServed(DesiredState desired)
    {
        var checks = CheckedTargets.Of(desired);
        if (!checks.Any() && desired.FastPath is null)
        {
            return;
        }
        var balancer = LookAtBalancer();
        if (checks.Any() && balancer?.Configuration is null)
        {
            Output.Complaint.WriteLine("checks are run by `nfqlb serve`, and none runs here: no target is checked");
        }
        if (desired.FastPath is { } asked && balancer?.Configuration is null
            && balancer?.FastPath?.IsAt(asked) != true)
        {
            Output.Complaint.WriteLine(
                "fast_path: `nfqlb serve` brings it about, and none runs here; a flowlb takes --fast-path");
        }
    }

    /// <summary>Null for one that does not answer: nobody could rely on it.</summary>
    private static BalancerState? LookAtBalancer()
    {
        try
        {
            return new RunningBalancer().Look();
        }
        catch (BalancerException)
        {
            return null;
        }
    }
}

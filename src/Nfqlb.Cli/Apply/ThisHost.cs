using Nfqlb.Cli.CommandLine;
using Nfqlb.Cli.Control;
using Nfqlb.Cli.Health;
using Nfqlb.ControlPlane.Execute;
using Nfqlb.ControlPlane.Host;
using Nfqlb.ControlPlane.Observe;
using Nfqlb.Planning.Model;

namespace Nfqlb.Cli.Apply;

/// <summary>The host that this command runs on.</summary>
internal static class ThisHost
{
    /// <summary>Its kernel, its pools, and the balancer that the environment names.</summary>
    public static Surroundings Surroundings { get; } =
        new(new LinuxKernel(), new SharedPools(), new SocketFlowControl(), new SystemClock());

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

    /// <summary>Tells that nobody runs the checks that are asked for, where that is so.</summary>
    public static void TellOfChecks(DesiredState desired)
    {
        if (CheckedTargets.Of(desired).Any() && !IsServed())
        {
            Output.Complaint.WriteLine("checks are run by `nfqlb serve`, and none runs here: no target is checked");
        }
    }

    private static bool IsServed()
    {
        try
        {
            return new RunningBalancer().Look() is { Configuration: not null };
        }
        catch (BalancerException)
        {
            return false; // One that does not answer runs no checks that anybody could rely on.
        }
    }
}

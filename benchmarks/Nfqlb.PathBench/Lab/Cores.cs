namespace Nfqlb.PathBench.Lab;

/// <summary>Who runs where. The generator and the receiving half of the kernel (up to the queue) have a core of their
/// own; without that the scheduler's choice between two shared cores is most of what one measures.</summary>
internal static class Cores
{
    /// <summary>Of the generator, and of what its packets cause up to the queue.</summary>
    public const int Generator = 0;

    /// <summary>How many there are.</summary>
    public static int Count => Environment.ProcessorCount;

    /// <summary>Of the balancer and the forwarding its verdicts cause.</summary>
    /// <param name="scenario">A balancer of one queue gets one core, if nothing else is said; one of several may use
    /// all.</param>
    /// <returns>As taskset takes them.</returns>
    public static string Balancer(Scenario scenario) =>
        scenario.HasOwnCore ? $"{Single}"
        : scenario.Place == WorkerPlace.Receiving ? $"{Generator}"
        : $"0-{Count - 1}";

    /// <summary>The core of a balancer with one queue; the generator's own on a machine with one core.</summary>
    public static int Single => Math.Min(Generator + 1, Count - 1);
}

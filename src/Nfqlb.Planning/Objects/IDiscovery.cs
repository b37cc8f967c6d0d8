using Nfqlb.Planning.Model;

namespace Nfqlb.Planning.Objects;

/// <summary>Finds targets where documents say that they are to be found.</summary>
public interface IDiscovery
{
    /// <summary>Looks for the targets of these services, and of no others from now on.</summary>
    void Follow(IReadOnlyList<KubernetesService> services);

    /// <summary>What is known now.</summary>
    FoundTargets Found { get; }

    /// <summary>Another number whenever <see cref="Found"/> may be another.</summary>
    long Changes { get; }

    /// <summary>Of each service.</summary>
    IReadOnlyList<SourceState> States { get; }
}

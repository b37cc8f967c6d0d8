using Nfqlb.Maglev;

namespace Nfqlb.Planning.Model;

/// <summary>A Service of Kubernetes whose endpoints are targets of a pool.</summary>
/// <param name="Namespace">Its namespace.</param>
/// <param name="Name">Its name there.</param>
public sealed record KubernetesService(string Namespace, string Name)
{
    /// <summary>The port, by name or number, that an endpoint must have; null for whatever ports it has.</summary>
    public string? Port { get; init; }

    /// <summary>The secondary network on which pods are reached, as their network-status annotation names it; null for
    /// the addresses of the Service's endpoints.</summary>
    public string? Network { get; init; }

    /// <summary>What stands before the `/` of annotations that say weight, state and priority of a pod; null for no
    /// annotations.</summary>
    public string? Annotations { get; init; }

    /// <summary>The link to leave by; null for the one by which the pod is reached.</summary>
    public string? Device { get; init; }

    /// <summary>The state of one that is not ready, and does not end.</summary>
    public TargetState Unready { get; init; } = TargetState.Down;

    /// <summary>The state of one that ends and still serves.</summary>
    public TargetState Terminating { get; init; } = TargetState.Drain;

    /// <summary>What the Service alone does not tell is asked of its pods.</summary>
    public bool NeedsPods => Network is not null || Annotations is not null;

    /// <summary>`NAMESPACE/NAME`, or `NAMESPACE/NAME:PORT`.</summary>
    public override string ToString() => Port is null ? $"{Namespace}/{Name}" : $"{Namespace}/{Name}:{Port}";
}

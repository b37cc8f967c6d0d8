namespace Nfqlb.Planning.Kubernetes;

/// <summary>An object of the API of Kubernetes.</summary>
public interface IKubernetesObject
{
    /// <summary>What every object has.</summary>
    ObjectMetadata? Metadata { get; }
}

/// <summary>What every object has.</summary>
public sealed record ObjectMetadata
{
    /// <summary>Unique in its namespace, among those of its kind.</summary>
    public string? Name { get; init; }

    /// <summary>Which state of it this is; nothing but equality may be read from it.</summary>
    public string? ResourceVersion { get; init; }

    /// <summary>What it is selected by.</summary>
    public IReadOnlyDictionary<string, string>? Labels { get; init; }

    /// <summary>What others have noted at it.</summary>
    public IReadOnlyDictionary<string, string>? Annotations { get; init; }
}

/// <summary>A pod, of which its annotations count.</summary>
public sealed record Pod : IKubernetesObject
{
    /// <inheritdoc/>
    public ObjectMetadata? Metadata { get; init; }
}

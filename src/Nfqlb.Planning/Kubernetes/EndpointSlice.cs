using System.Text.Json.Serialization;

namespace Nfqlb.Planning.Kubernetes;

/// <summary>Some of the endpoints of a Service, of one family of addresses (discovery.k8s.io/v1).</summary>
/// <remarks>What is left out of an object of the API is null here; what nobody needs is not read.</remarks>
public sealed record EndpointSlice : IKubernetesObject
{
    /// <inheritdoc/>
    public ObjectMetadata? Metadata { get; init; }

    /// <summary>IPv4, IPv6 or FQDN.</summary>
    public string? AddressType { get; init; }

    /// <summary>The endpoints.</summary>
    public IReadOnlyList<Endpoint>? Endpoints { get; init; }

    /// <summary>The ports that all of them have; none for any.</summary>
    public IReadOnlyList<EndpointPort>? Ports { get; init; }
}

/// <summary>One that serves.</summary>
public sealed record Endpoint
{
    /// <summary>All lead to the same; the first is used.</summary>
    public IReadOnlyList<string>? Addresses { get; init; }

    /// <summary>Whether it takes connections.</summary>
    public EndpointConditions? Conditions { get; init; }

    /// <summary>Its pod, as a rule.</summary>
    public ObjectReference? TargetRef { get; init; }

    /// <summary>What it was read of, by which it is known again; empty where that was not kept.</summary>
    [JsonIgnore]
    public ReadOnlyMemory<byte> Json { get; init; }
}

/// <summary>Whether an endpoint takes connections.</summary>
public sealed record EndpointConditions
{
    /// <summary>It serves and does not end. Null counts as true.</summary>
    public bool? Ready { get; init; }

    /// <summary>It serves, be it that it ends. Null counts as ready.</summary>
    public bool? Serving { get; init; }

    /// <summary>It ends. Null counts as false.</summary>
    public bool? Terminating { get; init; }
}

/// <summary>A port of endpoints.</summary>
public sealed record EndpointPort
{
    /// <summary>Empty or null where the Service has but one.</summary>
    public string? Name { get; init; }

    /// <summary>Its number.</summary>
    public int? Port { get; init; }
}

/// <summary>Which object another one is about.</summary>
public sealed record ObjectReference
{
    /// <summary>Such as Pod.</summary>
    public string? Kind { get; init; }

    /// <summary>Its name.</summary>
    public string? Name { get; init; }

    /// <summary>Another one for another object of the same name.</summary>
    public string? Uid { get; init; }
}

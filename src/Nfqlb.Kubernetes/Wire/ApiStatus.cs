namespace Nfqlb.Kubernetes.Wire;

/// <summary>Why the server does not do what it was asked for.</summary>
internal sealed record ApiStatus
{
    /// <summary>As of HTTP.</summary>
    public int? Code { get; init; }

    /// <summary>For people.</summary>
    public string? Message { get; init; }
}

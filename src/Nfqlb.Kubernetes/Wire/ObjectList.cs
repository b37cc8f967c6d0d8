namespace Nfqlb.Kubernetes.Wire;

/// <summary>A page of a list.</summary>
internal sealed record ObjectList<T>
{
    /// <summary>Ends with List. An empty list is told by it from an answer that is none.</summary>
    public string? Kind { get; init; }

    /// <summary>Of the list.</summary>
    public ListMetadata? Metadata { get; init; }

    /// <summary>What is on this page.</summary>
    public IReadOnlyList<T>? Items { get; init; }
}

/// <summary>What a list says of itself.</summary>
internal sealed record ListMetadata
{
    /// <summary>From here on what happens can be watched.</summary>
    public string? ResourceVersion { get; init; }

    /// <summary>Gets the next page; null or empty on the last.</summary>
    public string? Continue { get; init; }
}

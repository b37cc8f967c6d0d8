namespace Nfqlb.Kubernetes.Wire;

/// <summary>A line of a watch.</summary>
internal sealed record WatchEvent<T>
{
    /// <summary>ADDED, MODIFIED, DELETED, BOOKMARK or ERROR.</summary>
    public string? Type { get; init; }

    /// <summary>As it is now; of one that was deleted, as it was last; with ERROR, a status.</summary>
    public T? Object { get; init; }
}

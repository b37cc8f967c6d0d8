namespace Nfqlb.Kubernetes.Wire;

/// <summary>A line of a watch.</summary>
internal sealed record WatchEvent<T>
{
    /// <summary>ADDED, MODIFIED, DELETED, BOOKMARK or ERROR.</summary>
    public string? Type { get; init; }

    /// <summary>As it is now; of one that was deleted, as it was last; with ERROR, a status.</summary>
    public T? Object { get; init; }
}

/// <summary>Reads a line of a watch.</summary>
/// <param name="line">All of it.</param>
/// <param name="known">The objects as they were before, by name.</param>
/// <returns>Null for a line that says null.</returns>
/// <exception cref="System.Text.Json.JsonException">It is none.</exception>
internal delegate WatchEvent<T>? EventReader<T>(ReadOnlySpan<byte> line, IReadOnlyDictionary<string, T> known);

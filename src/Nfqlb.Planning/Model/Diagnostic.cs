namespace Nfqlb.Planning.Model;

/// <summary>What is wrong with a wanted state, and where.</summary>
/// <param name="Path">Such as `pools[0].targets[2].mark`; empty for the whole.</param>
/// <param name="Reason">Names the value.</param>
public sealed record Diagnostic(string Path, string Reason)
{
    /// <summary>Where the same stands before; null where it is not about something that stands twice.</summary>
    public string? FirstPath { get; init; }

    /// <summary>In one line.</summary>
    public override string ToString() => Path.Length == 0 ? Reason : $"{Path}: {Reason}";
}

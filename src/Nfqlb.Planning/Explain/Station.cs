using System.Text.Json;

namespace Nfqlb.Planning.Explain;

/// <summary>A part of a packet's way, and what becomes of it there.</summary>
public abstract record Station
{
    /// <summary>In a word.</summary>
    public abstract string Name { get; }

    /// <summary>What is decided here, and by what; a line each.</summary>
    public abstract IEnumerable<string> Lines { get; }

    /// <summary>Why the way ends here; null when the packet goes on.</summary>
    public virtual string? End => null;

    /// <summary>The command that mends that; null where there is none.</summary>
    public virtual string? Remedy => null;

    /// <summary>The same for programs: the properties of an object that is begun.</summary>
    public abstract void Write(Utf8JsonWriter json);
}

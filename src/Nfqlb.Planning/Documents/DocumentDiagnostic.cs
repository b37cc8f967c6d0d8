using Nfqlb.Planning.Model;

namespace Nfqlb.Planning.Documents;

/// <summary>What is wrong in a document, and where.</summary>
/// <param name="Line">From 1.</param>
/// <param name="What">The path, empty for the whole, and the reason.</param>
public sealed record DocumentDiagnostic(int Line, Diagnostic What)
{
    /// <summary>Where the same stands before; null where it is not about something that stands twice.</summary>
    public int? FirstLine { get; init; }

    /// <summary>In one line, as compilers write it, so that editors find the place.</summary>
    /// <param name="placeOf">`FILE:LINE` of a line.</param>
    public string In(Func<int, string> placeOf) =>
        $"{placeOf(Line)}: {What}{(FirstLine is { } first ? $", first at {placeOf(first)}" : "")}";
}

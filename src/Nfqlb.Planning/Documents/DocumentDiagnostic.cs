using Nfqlb.Planning.Model;

namespace Nfqlb.Planning.Documents;

/// <summary>What is wrong in a document, and where.</summary>
/// <param name="Line">From 1.</param>
/// <param name="What">The path, empty for the whole, and the reason.</param>
public sealed record DocumentDiagnostic(int Line, Diagnostic What)
{
    /// <summary>In one line, as compilers write it, so that editors find the place.</summary>
    public string In(string file) => $"{file}:{Line}: {What}";
}

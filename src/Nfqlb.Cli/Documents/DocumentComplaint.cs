using Nfqlb.Wanted;

namespace Nfqlb.Cli.Documents;

/// <summary>What is wrong in a document, and where.</summary>
/// <param name="Line">From 1.</param>
/// <param name="What">The path, empty for the whole, and the reason.</param>
internal sealed record DocumentComplaint(int Line, Complaint What)
{
    /// <summary>In one line, as compilers write it, so that editors find the place.</summary>
    public string In(string file) => $"{file}:{Line}: {What}";
}

namespace Nfqlb.Planning.Documents;

/// <summary>What is wrong in a document: the first of it, and how much there is.</summary>
internal sealed class DiagnosticList
{
    /// <summary>Nobody reads more, and a bad document may have millions.</summary>
    public const int Most = 1000;

    private readonly List<DocumentDiagnostic> _first = [];

    /// <summary>How many there are, kept or not.</summary>
    public int Count { get; private set; }

    /// <summary>Those that are kept.</summary>
    public IReadOnlyList<DocumentDiagnostic> First => _first;

    public void Add(DocumentDiagnostic diagnostic)
    {
        if (Count++ < Most)
        {
            _first.Add(diagnostic);
        }
    }
}

namespace Nfqlb.Planning.Documents;

/// <summary>A text is no document of its notation, from some line on.</summary>
/// <param name="line">From 1.</param>
/// <param name="reason">In one line.</param>
internal sealed class DocumentException(int line, string reason) : Exception(reason)
{
    public int Line { get; } = line;
}

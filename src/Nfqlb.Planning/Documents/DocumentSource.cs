using Nfqlb.Maglev;
using Nfqlb.Planning.Model;

namespace Nfqlb.Planning.Documents;

/// <summary>The bytes of a document, read once more when it is known which slots are in use.</summary>
public sealed class DocumentSource
{
    private readonly DocumentNode? _tree;
    private readonly string _name;
    private readonly DocumentException? _error;

    /// <summary>Parses.</summary>
    /// <param name="name">The file's name, for messages.</param>
    /// <param name="utf8">All of it.</param>
    public DocumentSource(string name, ReadOnlySpan<byte> utf8)
    {
        _name = name;
        try
        {
            _tree = Document.Parse(utf8);
        }
        catch (DocumentException e)
        {
            _error = e;
        }
    }

    /// <summary>The pools with a target that asks for no slot.</summary>
    public IEnumerable<PoolName> PoolsWithFreeSlots
    {
        get
        {
            var pools = (_tree as MapNode)?.Get("pools") as ListNode;
            foreach (var pool in (pools?.Items ?? []).OfType<MapNode>())
            {
                bool isFree = pool.Get("targets") is ListNode targets
                    && targets.Items.OfType<MapNode>().Any(target => target.Get("slot") is null);
                if (isFree && pool.Get("name") is ScalarNode text && PoolName.TryParse(text.Text, out var name, out _))
                {
                    yield return name;
                }
            }
        }
    }

    /// <summary>What it asks for.</summary>
    /// <param name="present">For targets that ask for no slot.</param>
    /// <exception cref="InvalidStateException">All that is wrong, a line each.</exception>
    public DesiredState Read(SlotsInUse present)
    {
        IReadOnlyList<DocumentDiagnostic> diagnostics =
            _error is null ? [] : [new DocumentDiagnostic(_error.Line, new Diagnostic("", _error.Message))];
        var state = _tree is null ? DesiredState.Empty : DocumentReader.Read(_tree, present, out diagnostics);
        Document.ThrowOnAny(_name, diagnostics);
        return state;
    }
}

using System.Collections.Immutable;
using Nfqlb.Flows;
using Nfqlb.Maglev;
using Nfqlb.Packets;
using Nfqlb.Planning.Model;
using Nfqlb.Queues;

namespace Nfqlb.Planning.Documents;

/// <summary>Makes a wanted state of a tree, and finds all that is wrong with it.</summary>
/// <remarks>
/// What cannot be read has something harmless in its place until the end, so that items keep their numbers and the
/// whole can be checked; a state that anybody gets to see has none of it.
/// </remarks>
internal sealed class DocumentReader
{
    private readonly DiagnosticList _diagnostics = new();
    private readonly SlotsInUse _present;
    private readonly FoundPlaces? _found;

    private DocumentReader(SlotsInUse present, FoundPlaces? found) => (_present, _found) = (present, found);

    /// <summary>The wanted state; diagnostics, by line, when there are any.</summary>
    /// <param name="tree">The document.</param>
    /// <param name="present">For targets that ask for no slot.</param>
    /// <param name="diagnostics">None when all is well.</param>
    /// <param name="found">For targets that a source finds; null where nobody asks one.</param>
    /// <param name="flows">Flows that are not in the tree.</param>
    /// <param name="isKept">It is what a program has kept, perhaps an older one that let more pass than files may
    /// have now.</param>
    /// <returns>Pools by name, their targets by slot, links and sysctls by name, whatever their order in the
    /// document; all else as it stands there. Not to be used when there are diagnostics.</returns>
    public static DesiredState Read(
        DocumentNode tree, SlotsInUse present, out IReadOnlyList<DocumentDiagnostic> diagnostics,
        FoundPlaces? found = null, ImmutableArray<Flow>? flows = null, bool isKept = false)
    {
        var reader = new DocumentReader(present, found);
        var state = reader.Read(new DocumentPart(tree, reader._diagnostics));
        state = found?.WithMarks(state, present) ?? state;
        state = flows is { } more ? state with { Flows = more } : state;
        var nowhere = new DesiredPool(FlowReader.Nowhere, PoolReader.AnyShape, new(OwnMark: 0));
        var whole = state with { Pools = state.Pools.Add(nowhere) };
        var said = reader._diagnostics.First.Select(diagnostic => diagnostic.What.Path).ToHashSet();
        var idle = isKept ? [] : IdleCheckKeys.Diagnostics(whole);
        foreach (var diagnostic in DesiredStateCheck.Diagnostics(whole).Concat(idle))
        {
            if (reader._diagnostics.Count >= DiagnosticList.Most)
            {
                break;
            }
            if (!said.Contains(diagnostic.Path))
            {
                reader._diagnostics.Add(new DocumentDiagnostic(tree.LineOf(diagnostic.Path), diagnostic)
                {
                    FirstLine = diagnostic.FirstPath is { } first ? tree.LineOf(first) : null,
                });
            }
        }
        diagnostics = [.. reader._diagnostics.First.OrderBy(diagnostic => diagnostic.Line)];
        return state.InOrder();
    }

    private DesiredState Read(DocumentPart document) => !document.IsMap(DocumentKeys.Document)
        ? DesiredState.Empty
        : new DesiredState
        {
            Rules = document["rules"] is { } rules ? ReadRules(rules) : default,
            MarkMask = document["mark_mask"] is { } mask ? ReadMarkMask(mask) : MarkMask.All,
            Queues = document["queues"] is { } queues ? ReadQueues(queues) : new(),
            Vips = ReadAll(document["vips"], ReadVip),
            Announcing = document["announce"] is { } announce ? ReadAnnouncing(announce) : null,
            FastPath = document["fast_path"] is { } fastPath ? ReadFastPath(fastPath) : null,
            Pools = ReadAll(document["pools"], new PoolReader(_present, _found, _diagnostics).Read),
            Flows = ReadAll(document["flows"], new FlowReader(_diagnostics).Read),
            Features = [.. ReadLinks(document["links"])],
            Sysctls = [.. ReadSysctls(document["sysctls"])],
        };

    private static ImmutableArray<T> ReadAll<T>(DocumentPart? list, Func<DocumentPart, int, T> read) =>
        [.. list?.Items().Select(read) ?? []];

    private static RuleLayout ReadRules(DocumentPart part)
    {
        switch (part.AsText())
        {
            case "tree" or null:
                return RuleLayout.Tree;
            case "flat":
                return RuleLayout.Flat;
            case { } other:
                part.Refuse(other, "must be tree or flat");
                return RuleLayout.Tree;
        }
    }

    private static MarkMask ReadMarkMask(DocumentPart part)
    {
        const string wish = "must have at least one of 32 bits, such as 0x00ff0000";
        if (part.AsTextOrNumber(wish) is not { } text)
        {
            return MarkMask.All;
        }
        if (!MarkMask.TryParse(text, out var mask))
        {
            part.Refuse(text, wish);
        }
        return mask;
    }

    private static DesiredQueues ReadQueues(DocumentPart part)
    {
        var queues = new DesiredQueues();
        if (!part.IsMap(DocumentKeys.Queues))
        {
            return queues;
        }
        if (part["range"] is { } range && range.AsTextOrNumber("must be a queue, or a range such as 0:3") is { } text)
        {
            if (QueueRange.TryParse(text, out var parsed, out string? reason))
            {
                queues = queues with { First = parsed.First.Value, Last = parsed.Last.Value };
            }
            else
            {
                range.Complain(reason);
            }
        }
        return queues with
        {
            IsByCpu = part["fanout"]?.AsFlag() ?? false,
            IsByPorts = part["spread"] is { } spread && ReadSpread(spread),
            IsBypassed = part["bypass"]?.AsFlag() ?? false,
            IsUntracked = part["notrack"]?.AsFlag() ?? false,
        };
    }

    /// <returns>True for ports.</returns>
    private static bool ReadSpread(DocumentPart part)
    {
        string? text = part.AsText();
        if (text is not (null or "ports" or "addresses"))
        {
            part.Refuse(text, "must be ports or addresses");
        }
        return text == "ports";
    }

    private static DesiredVip ReadVip(DocumentPart part, int index)
    {
        bool isMap = part.LooksLikeMap;
        var prefix = isMap && part.IsMap(DocumentKeys.Vip) ? part["prefix"] : part;
        uint? table = isMap ? part["egress_table"]?.AsNumber(1, uint.MaxValue) : null;
        if (prefix?.AsText() is { } text)
        {
            if (DesiredVip.TryParsePrefix(text, out var parsed, out string reason))
            {
                return new DesiredVip(parsed, table);
            }
            prefix.Refuse(text, reason);
        }
        // Of the block that is kept for discarding (RFC 6666): no two are the same.
        return new DesiredVip(new Cidr(new Address(0x0100_0000_0000_0000, (ulong)index), 128), table);
    }

    private static DesiredAnnouncing? ReadAnnouncing(DocumentPart part)
    {
        if (!part.IsMap(DocumentKeys.Announce) || part["table"]?.AsNumber(1, uint.MaxValue) is not { } table)
        {
            return null;
        }
        string? needs = part["needs"]?.AsText();
        if (needs is not (null or "all" or "any"))
        {
            part["needs"]!.Refuse(needs, "must be all or any");
        }
        return new DesiredAnnouncing(table) { NeedsOnePool = needs == "any" };
    }

    private static DesiredFastPath? ReadFastPath(DocumentPart part)
    {
        if (!part.IsMap(DocumentKeys.FastPath) || part["links"] is not { } links)
        {
            return null;
        }
        string? exit = part["exit"]?.AsText();
        if (exit is not (null or "route" or "redirect"))
        {
            part["exit"]!.Refuse(exit, "must be route or redirect");
        }
        var names = links.Items().Select(link => link.AsText()).OfType<string>();
        return new DesiredFastPath([.. names]) { Redirects = exit == "redirect" };
    }

    private static IEnumerable<DesiredFeature> ReadLinks(DocumentPart? links)
    {
        foreach (var (link, part) in links?.Entries() ?? [])
        {
            foreach (string name in part.IsMap(DocumentKeys.Link) ? DesiredFeature.Names : [])
            {
                if (part[name]?.AsFlag() is { } isOn)
                {
                    yield return new DesiredFeature(new(link, name), isOn);
                }
            }
        }
    }

    private static IEnumerable<DesiredSysctl> ReadSysctls(DocumentPart? map)
    {
        foreach (var (name, part) in map?.Entries() ?? [])
        {
            yield return new DesiredSysctl(name, part.AsTextOrNumber("must be a number or text") ?? "?");
        }
    }
}

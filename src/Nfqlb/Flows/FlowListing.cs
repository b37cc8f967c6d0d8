using System.Text;

namespace Nfqlb.Flows;

/// <summary>Flows as JSON, to the letter as nfqlb 1.2.0 writes it, because scripts read it.</summary>
public static class FlowListing
{
    private const int TypicalCharacters = 256;

    /// <summary>All flows: `[{…},\n{…}]`, flow by flow, so that a long listing need not stand in memory.</summary>
    public static IEnumerable<string> PartsOf(FlowSet flows)
    {
        string separator = "[";
        foreach (var entry in flows.Entries)
        {
            yield return separator + Of(entry);
            separator = ",\n";
        }
        yield return flows.Count == 0 ? "[]\n" : "]\n";
    }

    /// <summary>All flows that lead nowhere, such as those that select packets for a trace.</summary>
    public static string WithoutTargets(FlowSet flows)
    {
        var listed = flows.Entries.Select(entry => Of(entry, hasTarget: false)).ToArray();
        return listed.Length == 0 ? "[]\n" : $"[{string.Join(",\n", listed)}]\n";
    }

    /// <summary>The one of this name among them; nothing when there is none.</summary>
    public static string WithoutTarget(FlowSet flows, string name) =>
        flows.Entries.FirstOrDefault(entry => entry.Flow.Name.Text == name) is { } found
            ? Of(found, hasTarget: false)
            : "";

    /// <summary>All flows in one piece.</summary>
    public static string Of(FlowSet flows) => string.Concat(PartsOf(flows));

    /// <summary>One flow; nothing when there is none of this name.</summary>
    public static string Of(FlowSet flows, string name) =>
        flows.Entries.FirstOrDefault(entry => entry.Flow.Name.Text == name) is { } found ? Of(found) : "";

    /// <summary>The names alone.</summary>
    public static string NamesOf(FlowSet flows)
    {
        var names = flows.Entries.Select(entry => $"  \"{entry.Flow.Name}\"");
        return flows.Count == 0 ? "[]\n" : $"[\n{string.Join(",\n", names)}\n]\n";
    }

    private static string Of(FlowEntry entry, bool hasTarget = true)
    {
        var flow = entry.Flow;
        var text = new StringBuilder("{\n  ", TypicalCharacters);
        text.Append($"\"name\": \"{flow.Name}\"");
        Add(text, $"\"priority\": {flow.Priority}");
        if (flow.Protocols != Protocols.Any)
        {
            Add(text, $"\"protocols\": [ {string.Join(", ", flow.Protocols.Names().Select(name => $"\"{name}\""))} ]");
        }
        AddList(text, "dests", flow.Destinations);
        AddList(text, "dports", flow.DestinationPorts);
        AddList(text, "srcs", flow.Sources);
        AddList(text, "sports", flow.SourcePorts);
        AddList(text, "match", flow.Matches);
        if (flow.UdpEncapsulationPort is { } port)
        {
            Add(text, $"\"udpencap\": {port}");
        }
        if (!flow.Hash.IsDefault)
        {
            Add(text, $"\"hash\": [ {string.Join(", ", flow.Hash.Names().Select(name => $"\"{name}\""))} ]");
        }
        Add(text, $"\"matches_count\": {entry.Counter.Sum}");
        if (hasTarget)
        {
            Add(text, $"\"user_ref\": \"{entry.Pool?.Name.Text ?? "NULL"}\"");
        }
        return text.Append("\n}").ToString();
    }

    private static void Add(StringBuilder text, string field) => text.Append(",\n  ").Append(field);

    private static void AddList<T>(StringBuilder text, string name, IReadOnlyCollection<T> items)
    {
        if (items.Count == 0)
        {
            return;
        }
        text.Append($",\n  \"{name}\": [");
        string separator = "\n";
        foreach (var item in items)
        {
            text.Append($"{separator}    \"{item}\"");
            separator = ",\n";
        }
        text.Append("\n  ]");
    }
}

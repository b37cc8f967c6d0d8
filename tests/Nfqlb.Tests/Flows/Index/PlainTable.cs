using Nfqlb.Flows;

namespace Nfqlb.Tests.Flows.Index;

/// <summary>The oracle: a list of flows in the order of their definition, scanned by falling priority.</summary>
internal sealed class PlainTable
{
    private readonly Dictionary<string, int> _definitionOf = [];
    private readonly SortedDictionary<int, PlainFlow> _byDefinition = [];
    private PlainFlow[]? _byPriority;
    private int _definitions;

    /// <summary>In the order in which they go. The array is never changed.</summary>
    public PlainFlow[] Flows => _byPriority ??= [.. _byDefinition.Values.OrderByDescending(flow => flow.Priority)];

    /// <summary>The first that accepts; the flows are what <see cref="Flows"/> was at some time.</summary>
    public static string? Find(PlainFlow[] flows, in PlainPacket packet, bool isPromiscuousPing)
    {
        foreach (var flow in flows)
        {
            if (flow.Accepts(packet, isPromiscuousPing))
            {
                return flow.Name;
            }
        }
        return null;
    }

    /// <summary>What the product finds for the same packet.</summary>
    /// <param name="bytes">Room for the packet's bytes.</param>
    public static string? Find(FlowSet flows, in PlainPacket packet, bool isPromiscuousPing, byte[] bytes) =>
        flows.TryFind(packet.ToPacket(bytes), bytes, isPromiscuousPing, out var match)
            ? match.Entry.Flow.Name.Text
            : null;

    public void Set(PlainFlow flow)
    {
        if (flow.Helper is { } helper)
        {
            SetAlone(helper);
        }
        SetAlone(flow);
    }

    public void Delete(string name)
    {
        foreach (string deleted in new[] { name, '#' + name })
        {
            if (_definitionOf.Remove(deleted, out int definition))
            {
                _byDefinition.Remove(definition);
            }
        }
        _byPriority = null;
    }

    private void SetAlone(PlainFlow flow)
    {
        if (!_definitionOf.TryGetValue(flow.Name, out int definition))
        {
            _definitionOf[flow.Name] = definition = _definitions++;
        }
        _byDefinition[definition] = flow;
        _byPriority = null;
    }
}

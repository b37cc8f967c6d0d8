using System.Text.Json;
using Nfqlb.Flows;

namespace Nfqlb.Control;

/// <summary>Reads what a balancer lists, ours or nfqlb 1.2.0.</summary>
public static class FlowListReader
{
    /// <summary>The flows in their order, without helpers.</summary>
    /// <exception cref="ControlException">It is no list of flows.</exception>
    public static IReadOnlyList<Flow> Read(string listing)
    {
        try
        {
            using var document = JsonDocument.Parse(listing);
            var flows = new List<Flow>();
            foreach (var element in document.RootElement.EnumerateArray())
            {
                if (IsNoHelper(element))
                {
                    flows.Add(Text(element).Parse());
                }
            }
            return flows;
        }
        catch (Exception e) when (e is JsonException or FlowException or InvalidOperationException)
        {
            throw new ControlException($"The balancer's list of flows cannot be read: {e.Message}", e);
        }
    }

    private static bool IsNoHelper(JsonElement flow) =>
        flow.GetProperty("name").GetString() is { } name && !name.StartsWith('#');

    private static FlowText Text(JsonElement flow) => new()
    {
        Name = flow.GetProperty("name").GetString(),
        Target = flow.GetProperty("user_ref").GetString(),
        Priority = Value(flow, "priority"),
        Protocols = Value(flow, "protocols"),
        Destinations = Value(flow, "dests"),
        Sources = Value(flow, "srcs"),
        DestinationPorts = Value(flow, "dports"),
        SourcePorts = Value(flow, "sports"),
        Match = Value(flow, "match"),
        UdpEncapsulation = Value(flow, "udpencap"),
        Hash = Value(flow, "hash"),
    };

    /// <summary>A number, or the items of a list with commas; null where there is none.</summary>
    private static string? Value(JsonElement flow, string name)
    {
        if (!flow.TryGetProperty(name, out var value))
        {
            return null;
        }
        if (value.ValueKind != JsonValueKind.Array)
        {
            return value.ToString();
        }
        var items = new List<string>();
        foreach (var item in value.EnumerateArray())
        {
            items.Add(item.ToString());
        }
        return string.Join(',', items);
    }
}

using System.Text.Json;

namespace Nfqlb.Control;

/// <summary>Packets that the running balancer has given to targets.</summary>
public static class TargetPackets
{
    /// <summary>By <see cref="KeyOf"/>; null when no balancer answers, or one that does not count.</summary>
    /// <exception cref="ControlException">What answers makes no sense, or is not trusted.</exception>
    public static IReadOnlyDictionary<string, long>? Ask(ControlClient client)
    {
        string? answer = client.TryAsk(new ControlRequest { Action = "counters" });
        if (answer is null || !answer.StartsWith('{'))
        {
            return null;
        }
        try
        {
            using var document = JsonDocument.Parse(answer);
            var packets = new Dictionary<string, long>();
            foreach (var target in document.RootElement.GetProperty("targets").EnumerateArray())
            {
                string key = KeyOf(target.GetProperty("pool").GetString()!, target.GetProperty("slot").GetInt32());
                packets[key] = target.GetProperty("packets").GetInt64();
            }
            return packets;
        }
        catch (JsonException e)
        {
            throw new ControlException($"The balancer's counters cannot be read: {e.Message}", e);
        }
    }

    /// <summary>A slot of a pool.</summary>
    public static string KeyOf(string pool, int slot) => $"{pool}/{slot}";
}

using System.Text.Json;
using Nfqlb.Cli.CommandLine;

namespace Nfqlb.Cli.Control;

/// <summary>Packets that the running balancer has given to targets.</summary>
internal static class TargetPackets
{
    /// <summary>By <see cref="KeyOf"/>; null when no balancer answers, or one that does not count.</summary>
    public static IReadOnlyDictionary<string, long>? Ask()
    {
        string? answer = ControlClient.TryAsk(new ControlRequest { Action = "counters" });
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
            throw new UsageException($"The balancer's counters cannot be read: {e.Message}", e);
        }
    }

    /// <summary>A slot of a pool.</summary>
    public static string KeyOf(string pool, int slot) => $"{pool}/{slot}";
}

using System.Text.Json;

namespace Nfqlb.Cli.Control;

/// <summary>The pools whose connections stay where they are, by the balancer that runs.</summary>
internal static class DrainingPools
{
    /// <summary>By name, how many seconds each still drains; empty where no balancer answers, or none that drains.
    /// </summary>
    /// <exception cref="CommandLine.UsageException">It does not answer in time.</exception>
    public static IReadOnlyDictionary<string, double> Ask()
    {
        var pools = new Dictionary<string, double>();
        string? answer = ControlClient.TryAsk(new ControlRequest { Action = "counters" });
        if (answer is null || !answer.StartsWith('{'))
        {
            return pools;
        }
        using var document = JsonDocument.Parse(answer);
        if (document.RootElement.TryGetProperty("drain", out var drain))
        {
            foreach (var pool in drain.GetProperty("pools").EnumerateArray())
            {
                pools[pool.GetProperty("pool").GetString()!] = pool.GetProperty("seconds_left").GetDouble();
            }
        }
        return pools;
    }
}

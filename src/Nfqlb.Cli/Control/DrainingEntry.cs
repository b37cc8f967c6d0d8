using System.Text.Json;
using Nfqlb.Maglev;

namespace Nfqlb.Cli.Control;

/// <summary>An entry of a pool's table whose connections stay where they are, by the balancer that runs.</summary>
/// <param name="SecondsLeft">How long they still do.</param>
/// <param name="Old">Slot and mark of the target of those that are older than the change; null when it keeps none.
/// </param>
internal sealed record DrainingEntry(double SecondsLeft, (int Slot, FirewallMark Mark)? Old)
{
    /// <summary>Asks the balancer that runs; null where none answers, or none that drains, or the entry does not.
    /// </summary>
    /// <exception cref="CommandLine.UsageException">It does not answer in time.</exception>
    public static DrainingEntry? Ask(PoolName pool, int entry)
    {
        string? answer = ControlClient.TryAsk(
            new ControlRequest { Action = "drain", Flow = { Target = pool.Text }, Entry = $"{entry}" });
        if (answer is null || !answer.StartsWith('{'))
        {
            return null;
        }
        using var document = JsonDocument.Parse(answer);
        double left = document.RootElement.GetProperty("seconds_left").GetDouble();
        if (left == 0)
        {
            return null;
        }
        return new DrainingEntry(left, document.RootElement.TryGetProperty("old_slot", out var slot)
            ? (slot.GetInt32(), new FirewallMark(document.RootElement.GetProperty("old_fwmark").GetInt32()))
            : null);
    }
}

using System.Text.Json;
using Nfqlb.Control;
using Nfqlb.Maglev;
using Nfqlb.Planning.Objects;

namespace Nfqlb.Cli.Control;

/// <summary>Asks the balancer that runs whether an entry of a pool's table drains.</summary>
internal static class DrainQuestion
{
    /// <summary>Null where no balancer answers, or none that drains, or the entry does not.</summary>
    /// <exception cref="ControlException">It does not answer in time.</exception>
    public static DrainingEntry? Ask(PoolName pool, int entry)
    {
        string? answer = ControlSocket.Client.TryAsk(
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

using System.Text.Json;
using Nfqlb.Control;

namespace Nfqlb.Daemon.Health;

/// <summary>Whether a balancer does its work, and shall be given any.</summary>
/// <param name="Faults">What is wrong, a line each.</param>
/// <param name="Phase">How far it is in its life.</param>
internal sealed record BalancerHealth(IReadOnlyList<string> Faults, BalancerPhase Phase)
{
    /// <summary>Packets leave every queue.</summary>
    public bool IsHealthy => Faults.Count == 0;

    /// <summary>Moreover, it has started and does not end.</summary>
    public bool IsReady => IsHealthy && Phase == BalancerPhase.Running;

    /// <summary>Why it is not ready, a line each.</summary>
    public IReadOnlyList<string> Hindrances => Phase switch
    {
        BalancerPhase.Running => Faults,
        BalancerPhase.Starting => [.. Faults, "starting"],
        BalancerPhase.HandingOver => [.. Faults, "handing over to another process"],
        _ => [.. Faults, "stopping"],
    };

    /// <summary>As it goes over the control socket.</summary>
    public string ToJson() => JsonText.Of(json =>
    {
        json.WriteStartObject();
        json.WriteBoolean("is_healthy", IsHealthy);
        json.WriteBoolean("is_ready", IsReady);
        WriteLines(json, "faults", Faults);
        WriteLines(json, "hindrances", Hindrances);
        json.WriteEndObject();
    });

    private static void WriteLines(Utf8JsonWriter json, string name, IReadOnlyList<string> lines)
    {
        json.WriteStartArray(name);
        foreach (string line in lines)
        {
            json.WriteStringValue(line);
        }
        json.WriteEndArray();
    }
}

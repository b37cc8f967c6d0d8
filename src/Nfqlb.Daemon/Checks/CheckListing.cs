using System.Text.Json;
using Nfqlb.Control;
using Nfqlb.Maglev;
using Nfqlb.Planning.Objects;

namespace Nfqlb.Daemon.Checks;

/// <summary>What checks have found: the answer to `checks`, and a part of the page of the state.</summary>
public static class CheckListing
{
    /// <summary>As JSON.</summary>
    internal static string Of(CheckSnapshot snapshot) => JsonText.Of(json =>
    {
        json.WriteStartObject();
        Write(json, snapshot);
        json.WriteEndObject();
    }) + '\n';

    /// <summary>Writes it into an object that is begun.</summary>
    internal static void Write(Utf8JsonWriter json, CheckSnapshot snapshot)
    {
        json.WriteStartArray("checks");
        foreach (var target in snapshot.Targets)
        {
            var verdict = target.Verdict;
            json.WriteStartObject();
            json.WriteString("pool", verdict.Pool.Text);
            json.WriteNumber("slot", verdict.Slot);
            json.WriteString("target", verdict.Target);
            Write(json, verdict);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    /// <summary>Writes a verdict into an object that is begun and says whose it is.</summary>
    public static void Write(Utf8JsonWriter json, TargetVerdict verdict)
    {
        json.WriteString("health", PoolWords.Of(verdict.Health));
        json.WriteBoolean("is_used_anyway", verdict.IsUsedAnyway);
        json.WriteNumber("weight_share", verdict.Ramp.Share);
        json.WriteString("since", verdict.Since);
        json.WriteString("error", verdict.Error);
        if (verdict.Latency is { } latency)
        {
            json.WriteNumber("latency_seconds", latency.TotalSeconds);
        }
    }
}

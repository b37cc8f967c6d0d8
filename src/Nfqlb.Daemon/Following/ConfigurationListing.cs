using System.Text.Json;
using Nfqlb.Control;
using Nfqlb.Daemon.Announcing;
using Nfqlb.Planning.Objects;

namespace Nfqlb.Daemon.Following;

/// <summary>What a balancer that follows files says of them: its answer to `configuration`.</summary>
internal static class ConfigurationListing
{
    /// <summary>As JSON.</summary>
    public static string Of(ConfigurationState state) => JsonText.Of(json =>
    {
        json.WriteStartObject();
        json.WriteString("source", state.Source);
        json.WriteString("in_force_since", state.InForceSince);
        Write(json, "complaints", state.Complaints);
        json.WriteString("complained_since", state.ComplainedSince);
        Write(json, "refused", state.Refused);
        Write(json, "contested", state.Contested);
        Write(json, state.Sources);
        Write(json, "left_out", state.LeftOut);
        AnnouncementListing.Write(json, state.Announcements);
        json.WriteEndObject();
    }) + '\n';

    private static void Write(Utf8JsonWriter json, IReadOnlyList<SourceState> sources)
    {
        json.WriteStartArray("sources");
        foreach (var source in sources)
        {
            json.WriteStartObject();
            json.WriteString("name", source.Name);
            json.WriteNumber("targets", source.Targets);
            if (source.Age is { } age)
            {
                json.WriteNumber("age_seconds", Math.Round(age.TotalSeconds, 3));
            }
            json.WriteString("problem", source.Problem);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    private static void Write(Utf8JsonWriter json, string name, IReadOnlyList<string> lines)
    {
        json.WriteStartArray(name);
        foreach (string line in lines)
        {
            json.WriteStringValue(line);
        }
        json.WriteEndArray();
    }
}

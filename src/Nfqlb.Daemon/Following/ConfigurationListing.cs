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
        AnnouncementListing.Write(json, state.Announcements);
        json.WriteEndObject();
    }) + '\n';

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

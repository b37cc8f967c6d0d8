using System.Text.Json;
using Nfqlb.Planning.Objects;

namespace Nfqlb.Daemon.Announcing;

/// <summary>What a balancer says of its announcements.</summary>
internal static class AnnouncementListing
{
    /// <summary>The virtual addresses with whether they are announced, and why not.</summary>
    public static void Write(Utf8JsonWriter json, IReadOnlyList<VipAnnouncement> all)
    {
        json.WriteStartArray("announcements");
        foreach (var one in all)
        {
            json.WriteStartObject();
            json.WriteString("vip", one.Prefix.ToPlainString());
            json.WriteBoolean("is_announced", one.IsAnnounced);
            json.WriteString("since", one.Since);
            json.WriteString("reason", one.Reason);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }
}

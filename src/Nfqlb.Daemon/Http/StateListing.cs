using System.Text.Json;
using Nfqlb.Control;
using Nfqlb.Daemon.Checks;
using Nfqlb.Daemon.Control;
using Nfqlb.Daemon.Flows;
using Nfqlb.Daemon.Health;
using Nfqlb.Daemon.Workers;
using Nfqlb.Flows;
using Nfqlb.Maglev;
using Nfqlb.Planning.Objects;

namespace Nfqlb.Daemon.Http;

/// <summary>All that a balancer knows, as JSON: what the commands show one by one.</summary>
/// <param name="path">What packets go through.</param>
/// <param name="health">Knows whether they do.</param>
/// <param name="counters">What became of its packets.</param>
/// <param name="checks">What checks of targets have found; null where it checks none.</param>
/// <param name="announcements">The virtual addresses that are to be announced.</param>
internal sealed class StateListing(
    DataPath path, HealthWatch health, CounterListing counters, CheckSnapshot? checks,
    IReadOnlyList<VipAnnouncement> announcements)
{
    /// <summary>Writes it.</summary>
    public void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("version", ProductVersion.Text);
        WriteHealth(json);
        WriteQueues(json);
        json.WritePropertyName("flows");
        json.WriteRawValue(FlowListing.Of(path.Flows.Current));
        WritePools(json);
        if (checks is not null)
        {
            CheckListing.Write(json, checks);
        }
        if (announcements.Count > 0)
        {
            json.WritePropertyName("announcements");
            JsonSerializer.Serialize(json, announcements, ConfigurationJson.Default.IReadOnlyListVipAnnouncement);
        }
        json.WritePropertyName("fragment_table");
        json.WriteRawValue(FragmentListing.TextOf(FragmentListing.FiguresOf(path.Fragments)));
        json.WritePropertyName("counters");
        counters.Write(json);
        json.WriteEndObject();
    }

    private void WriteHealth(Utf8JsonWriter json)
    {
        json.WritePropertyName("health");
        json.WriteRawValue(health.Report().ToJson());
    }

    private void WriteQueues(Utf8JsonWriter json)
    {
        json.WriteStartArray("queues");
        foreach (var worker in path.Workers)
        {
            json.WriteStartObject();
            json.WriteNumber("queue", worker.Queue.Number.Value);
            json.WriteNumber("length", worker.Queue.Options.MaxLengthPackets);
            json.WriteNumber("copy_range", worker.Queue.Options.CopyRangeBytes);
            json.WriteBoolean("is_stuck", health.IsStuck(worker.Queue.Number));
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    private void WritePools(Utf8JsonWriter json)
    {
        json.WriteStartArray("pools");
        foreach (var reading in PoolReading.All(path.Flows))
        {
            var table = reading.ReadTable();
            json.WriteStartObject();
            json.WriteString("name", reading.Pool.Name.Text);
            json.WriteNumber("M", reading.Pool.Segment.Size.Entries);
            json.WriteNumber("N", reading.Marks.Length);
            json.WriteNumber("generation", table.Generation);
            json.WriteNumber("checksum", TableCheckSum.Of(table));
            json.WriteStartArray("targets");
            foreach (int slot in reading.SlotsInUse)
            {
                json.WriteStartObject();
                json.WriteNumber("slot", slot);
                json.WriteNumber("fwmark", reading.Marks[slot]);
                json.WriteEndObject();
            }
            json.WriteEndArray();
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }
}

using System.Text.Json;
using Nfqlb.Maglev;
using Nfqlb.Simulation;

namespace Nfqlb.Cli.Simulate;

/// <summary>A simulation as JSON.</summary>
internal static class SimulationListing
{
    /// <summary>All of it.</summary>
    public static void Write(Utf8JsonWriter json, IReadOnlyList<SimulatedStep> steps, Connections connections)
    {
        var shape = steps[0].Table.Pool.Shape;
        json.WriteStartObject();
        json.WriteNumber("M", shape.Size.Entries);
        json.WriteString("identity", shape.Seed is null ? "slot" : "name");
        json.WriteNumber("connections", connections.Count);
        json.WriteNumber("balancers", steps[0].Fleet.Balancers);
        json.WriteNumber("lagging", steps[0].Fleet.Lagging);
        json.WriteStartArray("steps");
        foreach (var step in steps)
        {
            Write(json, step, connections);
        }
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, SimulatedStep step, Connections connections)
    {
        json.WriteStartObject();
        json.WriteStartArray("events");
        foreach (var one in step.Events)
        {
            json.WriteStringValue($"{one}");
        }
        json.WriteEndArray();
        if (step.Change is { } change)
        {
            json.WriteNumber("entries_moved", change.Moved);
            json.WriteNumber("entries_moved_beyond_need", change.MovedBeyond);
            json.WriteNumber("connections_lost", change.Lost);
            json.WriteNumber("connections_broken", change.Broken);
            json.WriteNumber("broken_at_once", Math.Round(step.BrokenAtOnce));
            json.WriteNumber("broken_later", Math.Round(step.BrokenLater));
            json.WriteNumber("broken_by_reshuffle", Math.Round(step.BrokenByReshuffle));
        }
        json.WriteStartArray("targets");
        long[] bySlot = connections.BySlot(step.Table);
        foreach (int slot in step.Table.SlotsInUse)
        {
            Write(json, step.Table, slot, bySlot[slot]);
        }
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, SimulatedTable table, int slot, long connections)
    {
        var target = table.Pool.Slots[slot]!.Value;
        json.WriteStartObject();
        json.WriteString("name", target.Name!.Value.Text);
        json.WriteNumber("weight", target.Weight);
        json.WriteNumber("priority", target.Priority);
        json.WriteString("state", PoolWords.Of(target.State));
        json.WriteNumber("entries", table.EntriesBySlot[slot]);
        json.WriteNumber("ideal_entries", Math.Round(table.IdealEntriesOf(slot), 3));
        json.WriteNumber("connections", connections);
        json.WriteEndObject();
    }
}

using System.Text.Json;
using Nfqlb.Maglev;
using Nfqlb.Simulation;

namespace Nfqlb.Cli.Simulate;

/// <summary>A simulation as JSON.</summary>
internal static class SimulationListing
{
    /// <summary>All of it.</summary>
    /// <param name="json">Where to.</param>
    /// <param name="steps">What has happened.</param>
    /// <param name="connections">To which connections.</param>
    /// <param name="drain">How long balancers drain and connections last; null where that is not known.</param>
    public static void Write(
        Utf8JsonWriter json, IReadOnlyList<SimulatedStep> steps, Connections connections, SimulatedDrain? drain)
    {
        var shape = steps[0].Table.Pool.Shape;
        json.WriteStartObject();
        json.WriteNumber("M", shape.Size.Entries);
        json.WriteString("identity", shape.Seed is null ? "slot" : "name");
        json.WriteNumber("connections", connections.Count);
        json.WriteNumber("balancers", steps[0].Fleet.Balancers);
        json.WriteNumber("lagging", steps[0].Fleet.Lagging);
        if (drain is { } known)
        {
            json.WriteNumber("drain_seconds", known.Seconds);
            json.WriteNumber("mean_seconds", known.MeanSeconds);
        }
        json.WriteStartArray("steps");
        foreach (var step in steps)
        {
            Write(json, step, connections, drain);
        }
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void Write(
        Utf8JsonWriter json, SimulatedStep step, Connections connections, SimulatedDrain? drain)
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
            json.WriteNumber("broken_by_reshuffle_with_drain", Math.Round(step.BrokenByReshuffleOfDrain));
            json.WriteNumber("new_broken_by_reshuffle_with_drain", Math.Round(step.NewBrokenByReshuffleOfDrain));
            if (drain is { } known)
            {
                json.WriteNumber("broken_with_drain", Math.Round(known.BrokenOf(change)));
                json.WriteNumber("remembered_by_drain", Math.Round(known.RememberedOf(change)));
            }
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

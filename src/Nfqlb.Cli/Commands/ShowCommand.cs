using System.Globalization;
using System.Text.Json;
using Nfqlb.Cli.CommandLine;
using Nfqlb.Cli.Health;
using Nfqlb.Control;
using Nfqlb.Linux.SharedMemory;
using Nfqlb.Maglev;
using Nfqlb.Planning.Objects;

namespace Nfqlb.Cli.Commands;

/// <summary>Prints a pool: its size, the head of its table, and its targets as `mark(slot)`.</summary>
internal sealed class ShowCommand : Command
{
    private const int EntriesShown = 25;

    private const string Wide = "wide";

    private static readonly Option Form = Listing.Output(Listing.Text, Wide, Listing.Json, Listing.Yaml);

    public override string Name => "show";

    public override string Usage => """
        show [options]
          Show a pool
        """;

    public override string[] Examples => ["nfqlb show --shm=web", "nfqlb show --shm=web --output=wide"];

    public override Option[] Options => [PoolOptions.Shm, Form];

    protected override int Run(Arguments arguments)
    {
        string form = Listing.Form(arguments, Form);
        var name = arguments.Pool(PoolOptions.Shm, PoolOptions.DefaultPool);
        var snapshot = PoolDirectory.Open(name).Snapshot();
        Listing.Print(
            form,
            () => JsonText.Of(json => Write(json, name, snapshot, RunningBalancer.AskDrain())),
            () => form == Wide ? Lines(name, snapshot).Concat(MoreLines(snapshot)) : Lines(name, snapshot));
        return ExitCode.Fine;
    }

    /// <summary>`3`; `0.375 of 3` of one that starts slowly.</summary>
    internal static string WeightOf(in SlotTarget target) => target.Ramp.IsWhole
        ? $"{target.Weight}"
        : string.Create(CultureInfo.InvariantCulture, $"{target.EffectiveWeight} of {target.Weight}");

    /// <summary>To the byte what 1.2.0 prints, which scripts take apart.</summary>
    private static IEnumerable<string> Lines(PoolName name, PoolSnapshot snapshot)
    {
        var content = snapshot.Content;
        var active = content.Slots.Select((target, slot) => target is { } known ? $" {known.Mark}({slot})" : "");
        return
        [
            $"Shm: {name}",
            $"  Fw: own={content.Settings.OwnMark}",
            $"  Maglev: M={content.Shape.Size.Entries}, N={content.Shape.Size.Slots}",
            $"   Lookup: {string.Join(' ', snapshot.Entries.Take(EntriesShown))}...",
            $"   Active:{string.Concat(active)}",
        ];
    }

    private static IEnumerable<string> MoreLines(PoolSnapshot snapshot)
    {
        yield return $"  Table: checksum={TableCheckSum.Of(snapshot)}, generation={snapshot.Generation}";
        if (snapshot.Content.Shape.Seed is not null && KeyedPermutations.Displaced(snapshot.Content) is [_, ..] met)
        {
            yield return $"  Met another name: {string.Join(' ', met)}";
        }
        var table = new TextTable("SLOT", "NAME", "FWMARK", "WEIGHT", "STATE", "PRIORITY", "ENTRIES", "HEALTH");
        int[] entries = snapshot.EntriesBySlot();
        foreach (var (slot, target) in snapshot.Content.Slots.Index())
        {
            if (target is { } known)
            {
                table.Add(
                    $"{slot}", known.Name?.Text, $"{known.Mark}", WeightOf(known), PoolWords.Of(known.State),
                    $"{known.Priority}", $"{entries[slot]}", PoolWords.Of(known.Health));
            }
        }
        foreach (string line in table.Lines())
        {
            yield return line;
        }
    }

    private static void Write(Utf8JsonWriter json, PoolName name, PoolSnapshot snapshot, DrainState drain)
    {
        var content = snapshot.Content;
        json.WriteStartObject();
        json.WriteString("shm", name.Text);
        json.WriteNumber("ownfw", content.Settings.OwnMark);
        json.WriteNumber("M", content.Shape.Size.Entries);
        json.WriteNumber("N", content.Shape.Size.Slots);
        json.WriteString("identity", content.Shape.Seed is null ? "slot" : "name");
        json.WriteNumber("min_active", content.Settings.MinActive);
        json.WriteString("when_empty", PoolWords.Of(content.Settings.WhenEmpty));
        json.WriteNumber("checksum", TableCheckSum.Of(snapshot));
        json.WriteNumber("generation", snapshot.Generation);
        if (drain.SecondsLeftOf(name.Text) is { } seconds)
        {
            json.WriteNumber("drain_seconds", seconds);
            DrainText.WriteMemory(json, drain);
        }
        json.WriteStartArray("targets");
        int[] entries = snapshot.EntriesBySlot();
        foreach (var (slot, target) in content.Slots.Index())
        {
            if (target is { } known)
            {
                Write(json, slot, known, entries[slot]);
            }
        }
        json.WriteEndArray();
        if (content.Shape.Seed is not null)
        {
            json.WriteStartArray("met_another_name");
            foreach (var met in KeyedPermutations.Displaced(content))
            {
                json.WriteStringValue(met.Text);
            }
            json.WriteEndArray();
        }
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, int slot, SlotTarget target, int entries)
    {
        json.WriteStartObject();
        json.WriteString("name", target.Name?.Text);
        json.WriteNumber("slot", slot);
        json.WriteNumber("fwmark", target.Mark.Value);
        json.WriteNumber("weight", target.Weight);
        json.WriteNumber("effective_weight", target.EffectiveWeight);
        json.WriteNumber("priority", target.Priority);
        json.WriteString("state", PoolWords.Of(target.State));
        json.WriteString("health", PoolWords.Of(target.Health));
        json.WriteNumber("entries", entries);
        json.WriteEndObject();
    }
}

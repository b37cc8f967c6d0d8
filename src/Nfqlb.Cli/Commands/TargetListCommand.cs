using System.Globalization;
using System.Text;
using System.Text.Json;
using Nfqlb.Cli.CommandLine;
using Nfqlb.Cli.Control;
using Nfqlb.Cli.Health;
using Nfqlb.Daemon.Checks;
using Nfqlb.Control;
using Nfqlb.ControlPlane.Observe;
using Nfqlb.ControlPlane.Store;
using Nfqlb.Maglev;
using Nfqlb.Planning.Objects;
using Nfqlb.Planning.Status;

namespace Nfqlb.Cli.Commands;

/// <summary>Shows the targets that are asked for, and what there is of each.</summary>
internal sealed class TargetListCommand : Command
{
    private static readonly Option Shm = new("shm", "Targets of this pool alone") { Values = ValueSet.Pools };
    private static readonly Option Form = Listing.Output(Listing.Table, Listing.Json, Listing.Yaml);

    public override string Name => "target-list";

    public override string Usage => """
        target-list [--shm=POOL] [--output=]
          Show the targets asked for, and what there is of each.
          That is slot, rule, route, neighbour and share.
        """;

    public override string[] Examples => ["nfqlb target-list", "nfqlb target-list --shm=web --output=json"];

    public override Option[] Options => [Shm, Form, Listing.JsonSwitch];

    protected override int Run(Arguments arguments)
    {
        string form = Listing.Form(arguments, Form);
        var wanted = StateStore.Look(StoreName.Value);
        if (arguments.Has(Shm))
        {
            var name = arguments.Pool(Shm, "");
            wanted = wanted with { Pools = [.. wanted.Pools.Where(pool => pool.Name == name)] };
            if (wanted.Pools.IsEmpty)
            {
                throw UsageException.BadValue($"--{Shm.Name}", name.Text, "no target was asked for in such a pool");
            }
        }
        var pools = HostObserver.ReadPools(wanted.Pools.Select(pool => pool.Name)).ToDictionary(pool => pool.Name);
        var drain = RunningBalancer.AskDrain();
        var reports = TargetReports.Of(
            wanted, NetworkReader.Read(wanted, [], withFeatures: false), name => pools[name],
            new BalancerState([])
            {
                TargetPackets = TargetPackets.Ask(ControlSocket.Client),
                Verdicts = RunningBalancer.AskVerdicts(),
                Drain = drain,
            });
        Listing.Print(
            form, () => ToJson(reports, wanted.MarkMask, drain), () => Lines(reports, wanted.MarkMask, drain));
        return ExitCode.Fine;
    }

    private static IEnumerable<string> Lines(IReadOnlyList<TargetReport> reports, MarkMask mask, DrainState drain)
    {
        var table = new TextTable(
            "POOL", "TARGET", "SLOT", "MARK", "TABLE", "VIA", "DEV", "IN POOL", "IPV4", "IPV6", "SHARE", "PACKETS",
            "WEIGHT", "STATE", "CHECKSUM", "DRAINS", "CHECK");
        foreach (var report in reports)
        {
            var target = report.Target;
            var ways = new[] { target.Via4, target.Via6 }.Select(via => via?.ToPlainString()).OfType<string>();
            table.Add(
                report.Pool.Name.Text,
                target.Name,
                $"{target.Slot}",
                mask.IsAll ? $"{target.Mark}" : $"{target.Mark}/{mask}",
                $"{target.Table}",
                string.Join(',', ways),
                target.Device,
                $"{report.Slot}".ToLowerInvariant(),
                $"{report.Ipv4}",
                $"{report.Ipv6}",
                report.Share.ToString("P1", CultureInfo.InvariantCulture),
                $"{report.Packets}",
                report.InSlot is { } slot ? ShowCommand.WeightOf(slot) : "",
                report.InSlot is { } there ? PoolWords.Of(there.State) : "",
                $"{report.CheckSum}",
                report.DrainSeconds?.ToString("f0", CultureInfo.InvariantCulture) ?? "",
                $"{report.Verdict}");
        }
        return drain.SecondsLeft.Count == 0 ? table.Lines() : table.Lines().Append($"Drain: {drain.Memory}");
    }

    private static string ToJson(IReadOnlyList<TargetReport> reports, MarkMask mask, DrainState drain)
    {
        using var bytes = new MemoryStream();
        using (var json = new Utf8JsonWriter(bytes, new JsonWriterOptions { Indented = true }))
        {
            json.WriteStartArray();
            foreach (var report in reports)
            {
                Write(json, report, mask, drain);
            }
            json.WriteEndArray();
        }
        return Encoding.UTF8.GetString(bytes.ToArray());
    }

    private static void Write(Utf8JsonWriter json, TargetReport report, MarkMask mask, DrainState drain)
    {
        json.WriteStartObject();
        json.WriteString("pool", report.Pool.Name.Text);
        json.WriteString("name", report.Target.Name);
        json.WriteNumber("slot", report.Target.Slot);
        json.WriteNumber("mark", report.Target.Mark.Value);
        if (!mask.IsAll)
        {
            json.WriteString("mark_mask", $"{mask}");
        }
        json.WriteNumber("table", report.Target.Table);
        json.WriteString("dev", report.Target.Device);
        json.WriteBoolean("is_fine", report.IsFine);
        json.WriteString("slot_state", $"{report.Slot}".ToLowerInvariant());
        json.WriteNumber("share", Math.Round(report.Share, 6));
        if (report.InSlot is { } there)
        {
            json.WriteNumber("weight", there.Weight);
            json.WriteNumber("effective_weight", there.EffectiveWeight);
            json.WriteString("state", PoolWords.Of(there.State));
            json.WriteNumber("priority", there.Priority);
        }
        Write(json, report.Verdict);
        if (report is { CheckSum: { } checkSum, Generation: { } generation })
        {
            json.WriteNumber("table_checksum", checkSum);
            json.WriteNumber("table_generation", generation);
        }
        if (report.DrainSeconds is { } seconds)
        {
            json.WriteNumber("pool_drain_seconds", seconds);
            DrainText.WriteMemory(json, drain);
        }
        if (report.Packets is { } packets)
        {
            json.WriteNumber("packets", packets);
        }
        Write(json, "ipv4", report.Ipv4);
        Write(json, "ipv6", report.Ipv6);
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, TargetVerdict? verdict)
    {
        if (verdict is null)
        {
            return;
        }
        json.WriteStartObject("check");
        CheckListing.Write(json, verdict);
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, string name, WayReport? way)
    {
        if (way is null)
        {
            return;
        }
        json.WriteStartObject(name);
        json.WriteString("via", way.Gateway.ToPlainString());
        json.WriteString("dev", way.Link);
        json.WriteBoolean("rule", way.HasRule);
        json.WriteBoolean("route", way.HasRoute);
        json.WriteBoolean("guarded", way.IsGuarded);
        json.WriteString("neighbour", way.Neighbour is { } state ? $"{state}".ToLowerInvariant() : null);
        json.WriteEndObject();
    }
}

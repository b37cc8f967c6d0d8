using System.Text;
using System.Text.Json;
using Nfqlb.Cli.Apply;
using Nfqlb.Cli.CommandLine;
using Nfqlb.ControlPlane.Store;
using Nfqlb.Flows;
using Nfqlb.Linux.Netlink.Nftables;
using Nfqlb.Planning.Model;
using Nfqlb.Planning.Objects;
using Nfqlb.Queues;

namespace Nfqlb.Cli.Commands;

/// <summary>Shows the virtual addresses that are asked for, and what the kernel does with their packets.</summary>
internal sealed class VipListCommand : Command
{
    private static readonly Option Form = Listing.Output(Listing.Table, Listing.Json, Listing.Yaml);

    public override string Name => "vip-list";

    public override string Usage => """
        vip-list [--output=]
          Show virtual addresses, and the rules that queue their packets.
          What is asked for, and what is in the kernel.
        """;

    public override string[] Examples => ["nfqlb vip-list"];

    public override Option[] Options => [Form, Listing.JsonSwitch];

    protected override int Run(Arguments arguments)
    {
        string form = Listing.Form(arguments, Form);
        var wanted = StateStore.Look(StoreName.Value);
        using var table = VipTable.Open();
        var reading = table.Read();
        Cidr[] prefixes = [.. wanted.Vips.Select(vip => vip.Prefix).Union(reading.Vips)];
        var egress = EgressRules.TablesOf(ThisHost.Surroundings.Kernel.ReadRules());
        Listing.Print(
            form,
            () => ToJson(wanted, reading, prefixes, egress),
            () => Lines(wanted, reading, prefixes, egress));
        return ExitCode.Fine;
    }

    private static IEnumerable<string> Lines(
        DesiredState wanted, NftablesReading reading, Cidr[] prefixes, IReadOnlyDictionary<Cidr, uint> egress)
    {
        var vips = new TextTable("VIP", "WANTED", "QUEUED", "LEAVES BY");
        foreach (var prefix in prefixes)
        {
            vips.Add(
                prefix.ToPlainString(), IsWanted(wanted, prefix) ? "yes" : "no",
                reading.Vips.Contains(prefix) && reading.Queue is not null ? "yes" : "no",
                egress.TryGetValue(prefix, out uint leaves) ? $"table {leaves}" : "");
        }
        var rules = new TextTable("CHAIN", "RULE", "QUEUES BY", "PACKETS", "BYTES");
        foreach (var rule in reading.Listing)
        {
            rules.Add(rule.Chain, rule.Text, Words(rule.Kind), $"{rule.Packets}", $"{rule.Bytes}");
        }
        return [.. vips.Lines(), "", .. rules.Lines()];
    }

    private static bool IsWanted(DesiredState wanted, Cidr prefix) => wanted.Vips.Any(vip => vip.Prefix == prefix);

    private static string? Words(QueueKind? kind) => kind switch
    {
        QueueKind.Native => "nftables",
        QueueKind.Xtables => "xtables",
        _ => null,
    };

    private static string ToJson(
        DesiredState wanted, NftablesReading reading, Cidr[] prefixes, IReadOnlyDictionary<Cidr, uint> egress)
    {
        using var bytes = new MemoryStream();
        using (var json = new Utf8JsonWriter(bytes, new JsonWriterOptions { Indented = true }))
        {
            json.WriteStartObject();
            json.WriteStartArray("vips");
            foreach (var prefix in prefixes)
            {
                json.WriteStartObject();
                json.WriteString("prefix", prefix.ToPlainString());
                json.WriteBoolean("wanted", IsWanted(wanted, prefix));
                json.WriteBoolean("queued", reading.Vips.Contains(prefix) && reading.Queue is not null);
                if (egress.TryGetValue(prefix, out uint table))
                {
                    json.WriteNumber("egress_table", table);
                }
                json.WriteEndObject();
            }
            json.WriteEndArray();
            json.WriteStartArray("rules");
            foreach (var rule in reading.Listing)
            {
                json.WriteStartObject();
                json.WriteString("chain", rule.Chain);
                json.WriteString("rule", rule.Text);
                json.WriteString("queues_by", Words(rule.Kind));
                json.WriteNumber("packets", rule.Packets ?? 0);
                json.WriteNumber("bytes", rule.Bytes ?? 0);
                json.WriteEndObject();
            }
            json.WriteEndArray();
            json.WriteEndObject();
        }
        return Encoding.UTF8.GetString(bytes.ToArray());
    }
}

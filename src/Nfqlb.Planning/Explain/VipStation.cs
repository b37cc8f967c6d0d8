using System.Text.Json;
using Nfqlb.Flows;
using Nfqlb.Planning.Objects;
using Nfqlb.Queues;

namespace Nfqlb.Planning.Explain;

/// <summary>Which virtual address it is for, and which queues it may be put into.</summary>
/// <param name="Destination">Where the packet goes to.</param>
/// <param name="HasTable">There is a table of ours at all.</param>
/// <param name="Prefix">The narrowest that holds the destination, as people write it; null for none.</param>
/// <param name="Queue">The rule; null when our table has none.</param>
/// <param name="Kind">How it queues.</param>
public sealed record VipStation(
    string Destination, bool HasTable, string? Prefix, QueueRule? Queue, QueueKind? Kind) : Station
{
    /// <inheritdoc/>
    public override string Name => "vip";

    /// <inheritdoc/>
    public override IEnumerable<string> Lines =>
    [
        HasTable
            ? Prefix is null ? "none" : $"{Prefix}{(Queue is null ? "" : $": {Queue} by {Statement}")}"
            : "nfqlb queues nothing here; what rules of others queue is not looked at",
    ];

    /// <inheritdoc/>
    public override string? End => this switch
    {
        { HasTable: false } => null,
        { Prefix: null } => $"{Destination} is no VIP: it is not queued",
        { Queue: null } => "no rule queues packets for VIPs",
        _ => null,
    };

    /// <inheritdoc/>
    public override string? Remedy => End is null ? null : $"nfqlb vip-set --vips={Prefix ?? Destination}";

    private string Statement => Kind == QueueKind.Xtables ? "xtables" : "nftables";

    /// <summary>Finds it in our table.</summary>
    public static VipStation Of(Probe probe, QueuedVips queued)
    {
        Cidr? narrowest = null;
        foreach (var prefix in queued.Vips)
        {
            if (prefix.Contains(probe.Destination.Address)
                && (narrowest is not { } other || other.PrefixLength < prefix.PrefixLength))
            {
                narrowest = prefix;
            }
        }
        return new VipStation(
            probe.Destination.Address.ToPlainString(), queued.Exists, narrowest?.ToPlainString(), queued.Queue,
            queued.Kind);
    }

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter json)
    {
        json.WriteString("prefix", Prefix);
        json.WriteString("queues", Queue?.Queues.ToString());
        json.WriteString("queued_by", Queue is null ? null : Statement);
    }
}

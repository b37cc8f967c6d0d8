using System.Text.Json;
using Nfqlb.Filters;
using Nfqlb.Flows;
using Nfqlb.Packets;
using Nfqlb.Planning.Objects;
using Nfqlb.Queues;

namespace Nfqlb.Planning.Explain;

/// <summary>Which virtual address it is for, and which queues it may be put into, by our table or rules of others.
/// </summary>
/// <param name="Destination">Where the packet goes to.</param>
/// <param name="Prefix">The narrowest of our table that holds the destination, as people write it; null for none.
/// </param>
/// <param name="Queue">The rule; null when there is none that is known.</param>
/// <param name="Statement">What queues it: `nftables`, `xtables`, or `a rule of others`; null for nothing.</param>
/// <param name="Walk">Through the filters of others.</param>
/// <param name="NotChecked">Why rules of others may queue it that are not known; null where all are.</param>
public sealed record VipStation(
    Address Destination, string? Prefix, QueueRule? Queue, string? Statement, FilterWalk Walk, string? NotChecked)
    : Station
{
    /// <summary>Of our queue rule (mangle).</summary>
    private const int OurPriority = -150;

    /// <inheritdoc/>
    public override string Name => "vip";

    /// <inheritdoc/>
    public override IEnumerable<string> Lines =>
    [
        Queue is not null ? $"{Prefix ?? Destination.ToPlainString()}: {Queue} by {Statement}"
            : NotChecked is not null ? $"not queued by nfqlb; rules of others: not checked, {NotChecked}"
            : Prefix ?? "none",
        .. Walk.NotInterpreted.Select(chain => $"{chain} may drop it: not checked"),
    ];

    /// <summary>The chain of others that queues it; null for ours, and for none.</summary>
    public FilterChain? QueuedBy { get; private init; }

    /// <summary>The chain of others that queues it before ours does, where nobody reads; null for none.</summary>
    public FilterChain? LostIn { get; private init; }

    /// <summary>It is queued by our table, which others have changed.</summary>
    public bool IsChanged { get; private init; }

    /// <summary>Chains of higher priority come behind the queue; null where it is not queued.</summary>
    public int? QueuePriority => QueuedBy?.Priority ?? (Queue is null ? null : OurPriority);

    /// <inheritdoc/>
    public override string? End => this switch
    {
        { Walk.DroppedBy: { } chain } => $"the filter {chain} drops it",
        { Walk.TranslatedBy: { } chain } => $"the filter {chain} gives it another destination",
        { LostIn: { } chain } =>
            $"the filter {chain} puts it into {Walk.Queue!.Queues}, which nobody reads: it is dropped",
        { IsChanged: true } => "others have changed table inet nfqlb: whether it is queued is not known",
        { Queue: not null } => null,
        { NotChecked: not null } => null,
        { Prefix: null } => $"{Destination.ToPlainString()} is no VIP: it is not queued",
        _ => "no rule queues packets for VIPs",
    };

    /// <inheritdoc/>
    public override string? Remedy => End is null ? null
        : (Walk.DroppedBy ?? Walk.TranslatedBy ?? LostIn) is { } chain ? Objects.Remedy.LetThrough(chain, Destination)
        : IsChanged ? Objects.Remedy.ApplyAgain
        : Objects.Remedy.SetVip(Prefix ?? Destination.ToPlainString());

    /// <summary>Finds it in our table and in the rules of others.</summary>
    /// <param name="packet">As it comes.</param>
    /// <param name="host">As it was at one look.</param>
    /// <param name="filters">Those of others.</param>
    public static VipStation Of(FilteredPacket packet, HostSnapshot host, FilterSet filters)
    {
        var queued = host.Vips.Or(QueuedVips.None);
        Cidr? narrowest = null;
        foreach (var prefix in queued.Vips)
        {
            if (prefix.Contains(packet.Destination)
                && (narrowest is not { } other || other.PrefixLength < prefix.PrefixLength))
            {
                narrowest = prefix;
            }
        }
        bool isOurs = narrowest is not null && queued.Queue is not null;
        var walk = FilterWalk.Of(filters, FilterHook.Ingress, packet).Then(() => FilterWalk.Of(
            filters, FilterHook.Prerouting, packet,
            isPassed: chain => isOurs && (chain.Priority > OurPriority || IsUntracked(chain, queued))));
        string kind = queued.Kind == QueueKind.Xtables ? "xtables" : "nftables";
        return new VipStation(
            packet.Destination, narrowest?.ToPlainString(), isOurs ? queued.Queue : walk.Queue,
            isOurs ? kind : walk.Queue is null ? null : "a rule of others", walk, host.Filters.Reason)
        {
            QueuedBy = isOurs ? null : walk.QueuedBy,
            IsChanged = isOurs && queued.IsChanged,
            LostIn = isOurs && walk.Queue is { } rule && host.IsUnread(rule) ? walk.QueuedBy : null,
        };
    }

    /// <summary>What connection tracking is kept away from has its addresses changed by nobody.</summary>
    private static bool IsUntracked(FilterChain chain, QueuedVips queued) => queued.WithoutConntrack && chain.IsNat;

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter json)
    {
        json.WriteString("prefix", Prefix);
        json.WriteString("queues", Queue?.Queues.ToString());
        json.WriteString("queued_by", Statement);
        json.WriteString("not_checked", NotChecked);
    }
}

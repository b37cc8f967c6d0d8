using System.Text.Json;
using Nfqlb.Filters;
using Nfqlb.Packets;
using Nfqlb.Queues;

namespace Nfqlb.Planning.Explain;

/// <summary>Whether packet filters let it be forwarded, with the mark that the balancer gave it.</summary>
/// <param name="Destination">Where it goes to.</param>
/// <param name="Walk">Through the filters' chains.</param>
public sealed record FilterStation(Address Destination, FilterWalk Walk) : Station
{
    /// <inheritdoc/>
    public override string Name => IsBeforeRouting ? "prerouting" : "filter";

    /// <summary>It is asked between queue and routing.</summary>
    public bool IsBeforeRouting { get; init; }

    /// <summary>A queue that somebody's chain puts it into, and that nobody reads; null for none.</summary>
    public QueueRule? Unread { get; init; }

    /// <summary>Filters that were not read, and why; null where all were.</summary>
    public string? NotRead { get; init; }

    /// <summary>The chain behind the queue that gives it a mark by which it is led elsewhere; null for none.</summary>
    public FilterChain? RemarkedBy { get; init; }

    /// <inheritdoc/>
    public override IEnumerable<string> Lines =>
    [
        .. NotRead is { } reason ? [$"not checked: {reason}"] : (string[])[],
        .. Walk.NotInterpreted.Select(chain => $"{chain} may drop or change it: not checked"),
        .. Walk.DroppedBy is { } chain ? [$"{chain} drops it"] : (string[])[],
        .. Walk.TranslatedBy is { } translator ? [$"{translator} gives it another destination"] : (string[])[],
        .. Unread is { } queue ? [$"{Walk.QueuedBy} puts it into {queue.Queues}"] : (string[])[],
        .. Walk.MarkedBy is { } marker ? [$"{marker} gives it mark {Walk.Mark}"] : (string[])[],
    ];

    /// <inheritdoc/>
    public override string? End => this switch
    {
        { Walk.DroppedBy: { } chain } => $"the filter {chain} drops it",
        { Walk.TranslatedBy: { } chain } => $"the filter {chain} gives it another destination",
        { Unread: { } queue, Walk.QueuedBy: { } chain } =>
            $"the filter {chain} puts it into {queue.Queues}, which nobody reads: it is dropped",
        { RemarkedBy: { } chain } => $"the filter {chain} gives it mark {Walk.Mark} in place of the balancer's",
        _ => null,
    };

    /// <inheritdoc/>
    public override string? Remedy => End is not null
        && (Walk.DroppedBy ?? Walk.TranslatedBy ?? RemarkedBy ?? Walk.QueuedBy) is { } chain
            ? Objects.Remedy.LetThrough(chain, Destination)
            : null;

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter json)
    {
        json.WriteString("dropped_by", Walk.DroppedBy?.ToString());
        json.WriteString("translated_by", Walk.TranslatedBy?.ToString());
        json.WriteString("remarked_by", RemarkedBy?.ToString());
        json.WriteString("unread_queue", Unread?.Queues.ToString());
        json.WriteString("not_read", NotRead);
        json.WriteStartArray("not_checked");
        foreach (var chain in Walk.NotInterpreted)
        {
            json.WriteStringValue($"{chain}");
        }
        json.WriteEndArray();
    }
}

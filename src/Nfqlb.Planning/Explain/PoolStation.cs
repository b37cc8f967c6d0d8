using System.Globalization;
using System.Text.Json;
using Nfqlb.Maglev;
using Nfqlb.Packets;
using Nfqlb.Planning.Model;
using Nfqlb.Planning.Objects;

namespace Nfqlb.Planning.Explain;

/// <summary>Where its hash leads in the pool of its flow.</summary>
/// <param name="Pool">The pool.</param>
/// <param name="Hash">Of the packet.</param>
/// <param name="Size">M and N; null when there is no such pool.</param>
/// <param name="Mask">The bits of marks that the balancer writes.</param>
/// <param name="Found">Entry, slot and mark.</param>
/// <param name="Target">The target that is asked for in that slot with that mark; null when none is.</param>
public sealed record PoolStation(
    PoolName Pool, uint Hash, PoolSize? Size, MarkMask Mask, Location Found, DesiredTarget? Target) : Station
{
    /// <inheritdoc/>
    public override string Name => "pool";

    /// <summary>What of the packet was hashed.</summary>
    public HashRule Rule { get; init; }

    /// <summary>The pool's hash is keyed.</summary>
    public bool IsKeyed { get; init; }

    /// <summary>How long connections of its entry stay where they are; null where they do not.</summary>
    public DrainingEntry? Drain { get; init; }

    /// <summary>What checks of the target have found; null where nobody checks it.</summary>
    public TargetVerdict? Verdict { get; init; }

    /// <inheritdoc/>
    public override IEnumerable<string> Lines
    {
        get
        {
            var lines = new List<string> { $"{Pool}, hash {Hash}{(Rule.IsDefault ? "" : $" of {Rule}")}" };
            if (Size is { } size)
            {
                lines.Add($"entry {Found.Entry} of {size.Entries}");
            }
            if (Found is { Slot: { } slot, Mark: { } mark })
            {
                lines.Add($"slot {slot}{(Target?.Name is { } name ? $", target {name}" : "")}, mark {mark}"
                    + (Mask.IsAll ? "" : $" within {Mask}"));
            }
            if (Verdict is not null)
            {
                lines.Add($"checks find it {PlainText.Visible($"{Verdict}")}");
            }
            if (Drain is { } drain)
            {
                string older = drain.Old is { } old
                    ? $"stay with slot {old.Slot}, mark {old.Mark}"
                    : "have lost their target";
                lines.Add(string.Create(
                    CultureInfo.InvariantCulture,
                    $"drains for {drain.SecondsLeft:f1} s more: new connections go there, older ones {older}"));
            }
            return lines;
        }
    }

    /// <inheritdoc/>
    public override string? End => this switch
    {
        { Size: null } => $"there is no pool [{Pool}]",
        { Found.Mark: { } mark } when !Mask.Fits(mark) =>
            $"mark {mark} has bits outside the balancer's mark mask {Mask}, and leads to no target",
        { Found.Mark: null } => "the pool has no targets: it is dropped, unless flowlb was given --notargets_fwmark",
        _ => null,
    };

    /// <summary>Looks it up in the pool's table, as the balancer does.</summary>
    public static PoolStation Of(
        PoolState pool, HashMode mode, HashRule rule, in PacketKey key, MarkMask mask, DesiredState desired)
    {
        if (pool.Table is not { } table)
        {
            return new PoolStation(pool.Name, mode.Hash(rule, key), null, mask, default, null) { Rule = rule };
        }
        uint hash = table.HashOf(mode, rule, key);
        var found = table.Locate(hash);
        var size = table.Content.Shape.Size;
        var target = TargetOf(pool.Name, found, desired);
        return new PoolStation(pool.Name, hash, size, mask, found, target)
        {
            Rule = rule,
            IsKeyed = table.Content.Shape.Seed is not null,
        };
    }

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter json)
    {
        json.WriteString("name", Pool.Text);
        json.WriteNumber("hash", Hash);
        if (!Rule.IsDefault)
        {
            json.WriteString("hash_fields", $"{Rule}");
        }
        if (Size is { } size)
        {
            json.WriteNumber("entry", Found.Entry);
            json.WriteNumber("entries", size.Entries);
        }
        if (Drain is { } drain)
        {
            json.WriteNumber("drain_seconds_left", drain.SecondsLeft);
            if (drain.Old is { } old)
            {
                json.WriteNumber("old_slot", old.Slot);
                json.WriteNumber("old_mark", old.Mark.Value);
            }
        }
        if (Verdict is { } verdict)
        {
            json.WriteString("health", PoolWords.Of(verdict.Health));
            json.WriteString("health_since", verdict.Since);
            json.WriteString("check_error", verdict.Error);
            if (verdict.Latency is { } latency)
            {
                json.WriteNumber("check_latency_seconds", latency.TotalSeconds);
            }
        }
        if (Found is { Slot: { } slot, Mark: { } mark })
        {
            json.WriteNumber("slot", slot);
            json.WriteString("target", Target?.Name);
            json.WriteNumber("mark", mark.Value);
            if (!Mask.IsAll)
            {
                json.WriteString("mark_mask", $"{Mask}");
            }
        }
    }

    private static DesiredTarget? TargetOf(PoolName name, Location found, DesiredState wanted)
    {
        foreach (var pool in wanted.Pools)
        {
            if (pool.Name == name && found.Slot is { } slot && pool.Find(null, slot) is { } target)
            {
                return target.Mark == found.Mark ? target : null;
            }
        }
        return null;
    }
}

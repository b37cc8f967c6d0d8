using System.Text.Json;
using Nfqlb.Planning.Objects;
using Nfqlb.Queues;

namespace Nfqlb.Planning.Explain;

/// <summary>Who reads the queues it may be put into. Which of them is the kernel's choice, by the addresses.</summary>
/// <param name="Rule">Where the VIP's packets go; null when that is not known.</param>
/// <param name="Read">Those of these queues that somebody reads; null when they cannot be seen.</param>
public sealed record QueueStation(QueueRule? Rule, IReadOnlyList<BoundQueue>? Read) : Station
{
    /// <inheritdoc/>
    public override string Name => "queue";

    /// <inheritdoc/>
    public override IEnumerable<string> Lines
    {
        get
        {
            if (Read is null)
            {
                return ["who reads it is for root alone to see"];
            }
            var lines = new List<string>();
            foreach (var reader in QueueReader.Of(Read))
            {
                lines.Add($"{reader}");
            }
            int unread = Rule is null ? 0 : Rule.Queues.Count - Read.Count;
            if (unread > 0)
            {
                string fate = Rule!.Bypass ? "pass unbalanced" : "are dropped";
                lines.Add($"nobody reads {unread} of {Rule.Queues}: packets put there {fate}");
            }
            return lines.Count == 0 ? ["none is read"] : lines;
        }
    }

    /// <inheritdoc/>
    public override string? End => Stopped is not null ? "who reads the queue is stopped: it waits, or is dropped"
        : Read is not { Count: 0 } ? null
        : $"nobody reads {(Rule is null ? "any queue" : $"{Rule.Queues}")}: "
            + (Rule is { Bypass: true } ? "it passes unbalanced" : "it is dropped");

    /// <inheritdoc/>
    public override string? Remedy => Stopped is { ProcessId: { } process } ? Objects.Remedy.Continue(process)
        : End is null ? null
        : Instead ?? Start;

    /// <summary>What has it queued where somebody reads; null where that is not known here.</summary>
    public string? Instead { get; init; }

    /// <summary>Starts a balancer that reads them; null where that is not known.</summary>
    public string? Start { get; init; }

    private BoundQueue? Stopped => Read?.FirstOrDefault(queue => queue.IsStopped);

    /// <summary>Finds out who reads them.</summary>
    /// <param name="rule">Where the VIP's packets go; null when that is not known.</param>
    /// <param name="bound">All queues that somebody reads; null when they cannot be seen.</param>
    public static QueueStation Of(QueueRule? rule, IReadOnlyList<BoundQueue>? bound)
    {
        if (rule is null || bound is null)
        {
            return new QueueStation(rule, bound);
        }
        var read = new List<BoundQueue>();
        foreach (var queue in bound)
        {
            if (queue.Number >= rule.Queues.First.Value && queue.Number <= rule.Queues.Last.Value)
            {
                read.Add(queue);
            }
        }
        return new QueueStation(rule, read);
    }

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter json)
    {
        json.WriteStartArray("read");
        foreach (var queue in Read ?? [])
        {
            json.WriteNumberValue(queue.Number);
        }
        json.WriteEndArray();
    }
}

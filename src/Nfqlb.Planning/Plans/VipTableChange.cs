using System.Collections.Immutable;
using Nfqlb.Flows;
using Nfqlb.Planning.Model;
using Nfqlb.Planning.Objects;

namespace Nfqlb.Planning.Plans;

/// <summary>The table of virtual addresses comes, goes, or does something else: one transaction.</summary>
/// <param name="Before">Null where none was.</param>
/// <param name="After">Null where none shall be.</param>
public sealed record VipTableChange(VipTableContent? Before, VipTableContent? After) : Change
{
    /// <inheritdoc/>
    public override Stage Stage => Stage.Vips;

    /// <inheritdoc/>
    public override object Subject => typeof(VipTableChange);

    /// <inheritdoc/>
    public override Change Inverse => new VipTableChange(After, Before is null ? null : Before with { Faults = [] });

    /// <summary>The addresses whose packets are queued no more.</summary>
    public IReadOnlyList<Cidr> Unqueued => Without(Before, After);

    /// <inheritdoc/>
    public override IEnumerable<string> Lines
    {
        get
        {
            return
            [
                .. Unqueued.Select(prefix => $"- vip {prefix.ToPlainString()}"),
                .. Without(After, Before).Select(prefix => $"+ vip {prefix.ToPlainString()}"),
                .. QueueLines,
                .. Before?.Faults ?? [],
            ];
        }
    }

    private IEnumerable<string> QueueLines => (Before?.Queues, After?.Queues) switch
    {
        ({ } before, null) => [$"- {Words(before)}"],
        (null, { } after) => [$"+ {Words(after)}"],
        ({ } before, { } after) when before != after => [$"- {Words(before)}", $"+ {Words(after)}"],
        _ => [],
    };

    private static List<Cidr> Without(VipTableContent? one, VipTableContent? other)
    {
        var others = new HashSet<Cidr>(other?.Prefixes ?? []);
        var left = new List<Cidr>();
        foreach (var prefix in one?.Prefixes ?? [])
        {
            if (!others.Contains(prefix))
            {
                left.Add(prefix);
            }
        }
        return left;
    }

    private static string Words(DesiredQueues queues) =>
        $"queues {queues.First}:{queues.Last}{(queues.IsByCpu ? " fanout" : "")}{(queues.IsByPorts ? " ports" : "")}"
        + $"{(queues.IsBypassed ? " bypass" : "")}{(queues.IsUntracked ? " notrack" : "")}";
}

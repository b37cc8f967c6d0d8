using System.Text.Json;
using Nfqlb.Flows;
using Nfqlb.Packets;
using Nfqlb.Planning.Objects;
using Nfqlb.Routing;

namespace Nfqlb.Planning.Explain;

/// <summary>Who decides: the program in the kernel, or the balancer behind a queue. Both say the same.</summary>
/// <param name="Link">The link at which the kernel decides it; null where the balancer does.</param>
/// <param name="Reason">Why it goes to the queue; null where it does not.</param>
public sealed record PathStation(string? Link, string? Reason) : Station
{
    /// <summary>It is sent straight to the link of its target.</summary>
    public bool IsRedirected { get; init; }

    /// <inheritdoc/>
    public override string Name => "path";

    /// <inheritdoc/>
    public override IEnumerable<string> Lines => [Reason is null
        ? $"kernel, at {PlainText.Visible(Link!)}{(IsRedirected ? ", straight to the target's link" : "")}"
        : $"queue: {PlainText.Visible(Reason)}"];

    /// <summary>Who decides a packet.</summary>
    /// <param name="probe">The packet.</param>
    /// <param name="from">The link it comes by; null where that is not known.</param>
    /// <param name="mark">The mark it comes with.</param>
    /// <param name="balancer">The balancer.</param>
    /// <param name="flow">Which flow accepts it.</param>
    /// <param name="pool">Where that leads.</param>
    /// <param name="ask">What the kernel would make of it at a link, without a mark; null where the balancer does not
    /// say.</param>
    public static PathStation Of(
        Probe probe, Link? from, uint mark, BalancerState balancer, FlowStation flow, PoolStation pool,
        Func<Probe, string, KernelJudgement?> ask)
    {
        string? reason = ReasonOfLink(balancer.FastPath, from) ?? (
            (mark & balancer.MarkMask.Bits) != 0 ? "it has a mark already"
            : probe.Protocol is IpProtocol.Icmp or IpProtocol.Icmpv6 ? "it is ICMP"
            : null);
        if (reason is not null)
        {
            return new PathStation(null, reason);
        }
        var judgement = ask(probe, from!.Name);
        return judgement?.Outcome is "decided" or "redirected"
            ? new PathStation(from.Name, null) { IsRedirected = judgement.Outcome == "redirected" }
            : new PathStation(null, ReasonOf(judgement, flow, pool));
    }

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter json)
    {
        json.WriteString("decided_by", Reason is null ? "kernel" : "queue");
        json.WriteString("link", Link);
        json.WriteBoolean("is_redirected", IsRedirected);
        json.WriteString("reason", Reason);
    }

    private static string? ReasonOfLink(FastPathState? fastPath, Link? from)
    {
        if (fastPath is null)
        {
            return "there is no fast path";
        }
        if (fastPath.State != FastPathState.On)
        {
            return $"the fast path is {fastPath.State}";
        }
        if (from is null)
        {
            return "by which link it comes is not known";
        }
        return fastPath.Links.FirstOrDefault(link => link.Name == from.Name) switch
        {
            null => $"it comes by {from.Name}, where no fast path is",
            { State: not FastPathState.On and var state } => $"no fast path at {from.Name}: {state}",
            _ => null,
        };
    }

    private static string ReasonOf(KernelJudgement? judgement, FlowStation flow, PoolStation pool) =>
        judgement?.Outcome switch
        {
            null => "the balancer does not say why",
            "paused" => "flows are changing, or somebody traces or captures",
            "flow" when judgement.IsUnknownDestination =>
                "its address is none of the fast path's; those of rules made by hand need --fast-path-vips",
            "flow" => ReasonOf(flow),
            "pool" when pool.IsKeyed => $"pool {pool.Pool} is keyed",
            "pool" => $"pool {pool.Pool} has no room in the kernel",
            "draining" => "its entry drains: older connections stay where they are",
            var other => $"the kernel leaves it alone: {other}",
        };

    private static string ReasonOf(FlowStation flow)
    {
        if (flow.Chosen is { Matches.IsEmpty: false } chosen)
        {
            return $"flow {chosen.Name} matches bytes";
        }
        if (flow.Chosen is { Hash.IsDefault: false } other)
        {
            return $"flow {other.Name} hashes {other.Hash}";
        }
        foreach (var near in flow.Near)
        {
            if (near.FailedBy == FlowConditions.Bytes && near.Flow.Priority >= flow.Chosen?.Priority)
            {
                return $"flow {near.Flow.Name} may go before, and matches bytes";
            }
        }
        return "there is no room for all flows of its address in the kernel";
    }
}

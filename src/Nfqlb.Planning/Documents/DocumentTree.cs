using Nfqlb.Flows;
using Nfqlb.Maglev;
using Nfqlb.Planning.Model;

namespace Nfqlb.Planning.Documents;

/// <summary>A wanted state as a tree, to be written down.</summary>
/// <remarks>Always in the same order. What may be left out is, except for what one would look for: rules and
/// queues.</remarks>
internal static class DocumentTree
{
    /// <param name="state">The state.</param>
    /// <param name="pieces">What is known of how its targets are written; null where nothing is.</param>
    public static MapNode Of(DesiredState state, StoredPieces? pieces = null) => new TreeMap()
        .Add("rules", ScalarNode.Of(state.Rules == RuleLayout.Flat ? "flat" : "tree"))
        .Add("mark_mask", state.MarkMask.IsAll ? null : ScalarNode.Of($"{state.MarkMask}"))
        .Add("queues", Of(state.Queues))
        .AddList("vips", state.Vips, Of)
        .Add("announce", state.Announcing is { } announcing ? Of(announcing) : null)
        .Add("fast_path", state.FastPath is { } fastPath ? Of(fastPath) : null)
        .AddList("pools", state.Pools, pool => Of(pool, pieces))
        .AddList("flows", state.Flows, Of)
        .Add("links", state.Features.IsEmpty ? null : OfLinks(state.Features))
        .Add("sysctls", state.Sysctls.IsEmpty ? null : Of(state.Sysctls))
        .Node;

    private static MapNode Of(DesiredQueues queues) => new TreeMap()
        .Add("range", ScalarNode.Of(queues.First == queues.Last ? $"{queues.First}" : $"{queues.First}:{queues.Last}"))
        .Add("fanout", ScalarNode.Of(queues.IsByCpu))
        .Add("spread", queues.IsByPorts ? ScalarNode.Of("ports") : null)
        .Add("bypass", ScalarNode.Of(queues.IsBypassed))
        .Add("notrack", ScalarNode.Of(queues.IsUntracked))
        .Node;

    private static DocumentNode Of(DesiredVip vip)
    {
        var prefix = ScalarNode.Of(vip.Prefix.ToPlainString());
        return vip.EgressTable is { } table
            ? new TreeMap().Add("prefix", prefix).Add("egress_table", ScalarNode.Of(table)).Node
            : prefix;
    }

    private static MapNode Of(DesiredAnnouncing announcing) => new TreeMap()
        .Add("table", ScalarNode.Of(announcing.Table))
        .Add("needs", announcing.NeedsOnePool ? ScalarNode.Of("any") : null)
        .Node;

    private static MapNode Of(DesiredFastPath fastPath) => new TreeMap()
        .AddList("links", fastPath.Links, ScalarNode.Of)
        .Add("exit", fastPath.Redirects ? ScalarNode.Of("redirect") : null)
        .Node;

    private static MapNode Of(DesiredPool pool, StoredPieces? pieces) => new TreeMap()
        .Add("name", ScalarNode.Of(pool.Name.Text))
        .Add("M", ScalarNode.Of(pool.Size.Entries))
        .Add("N", ScalarNode.Of(pool.Size.Slots))
        .Add("ownfw", pool.Settings.OwnMark == 0 ? null : ScalarNode.Of(pool.Settings.OwnMark))
        .Add("identity", pool.Shape.Seed is null ? null : ScalarNode.Of("name"))
        .Add("seed", pool.Shape.Seed is { } seed ? ScalarNode.Of($"{seed}") : null)
        .Add("min_active", pool.Settings.MinActive == 1 ? null : ScalarNode.Of(pool.Settings.MinActive))
        .Add("when_empty", pool.Settings.WhenEmpty == WhenEmpty.NoTarget
            ? null
            : ScalarNode.Of(PoolWords.Of(pool.Settings.WhenEmpty)))
        .Add("check", CheckTree.Of(pool.Check))
        .Add("panic", pool.PanicPercent == 0 ? null : ScalarNode.Of($"{pool.PanicPercent}%"))
        .Add("slow_start", pool.SlowStart is { } start ? ScalarNode.Of(Duration.Text(start.Length)) : null)
        .Add("targets", pool.Targets.IsEmpty ? null
            : pieces?.Targets(pool) ?? new ListNode([.. pool.Targets.Select(Of)], line: 0))
        .Node;

    /// <summary>A target of a pool.</summary>
    public static MapNode Of(DesiredTarget target) => new TreeMap()
        .Add("name", target.Name is null ? null : ScalarNode.Of(target.Name))
        .Add("slot", ScalarNode.Of(target.Slot))
        .Add("mark", ScalarNode.Of(target.Mark.Value))
        .Add("via", target.HasWay ? new ListNode([.. Ways(target)], line: 0) : ScalarNode.Of(DocumentKeys.NoWay))
        .Add("dev", target.Device is null ? null : ScalarNode.Of(target.Device))
        .Add("table", target.Table == (uint)target.Mark.Value ? null : ScalarNode.Of(target.Table))
        .Add("weight", target.Weight == SlotTarget.DefaultWeight ? null : ScalarNode.Of(target.Weight))
        .Add("state", target.State == TargetState.Up ? null : ScalarNode.Of(PoolWords.Of(target.State)))
        .Add("priority", target.Priority == 0 ? null : ScalarNode.Of(target.Priority))
        .Add("check", CheckTree.Of(target.Check))
        .Node;

    private static IEnumerable<DocumentNode> Ways(DesiredTarget target)
    {
        if (target.Via4 is { } via4)
        {
            yield return ScalarNode.Of(via4.ToPlainString());
        }
        if (target.Via6 is { } via6)
        {
            yield return ScalarNode.Of(via6.ToPlainString());
        }
    }

    private static MapNode Of(Flow flow) => new TreeMap()
        .Add("name", ScalarNode.Of(flow.Name.Text))
        .Add("target", ScalarNode.Of(flow.Target.Text))
        .Add("prio", flow.Priority == 0 ? null : ScalarNode.Of(flow.Priority))
        .AddList("protocols", flow.Protocols.Names(), ScalarNode.Of, isKeptEmpty: HasPorts(flow))
        .AddList("dsts", flow.Destinations, Of)
        .AddList("srcs", flow.Sources, Of)
        .AddList("dports", flow.DestinationPorts, Of)
        .AddList("sports", flow.SourcePorts, Of)
        .AddList("match", flow.Matches, match => ScalarNode.Of(match.ToString()))
        .Add("udpencap", flow.UdpEncapsulationPort is { } port ? ScalarNode.Of(port) : null)
        .AddList("hash", flow.Hash.IsDefault ? [] : flow.Hash.Names(), ScalarNode.Of)
        .Node;

    /// <summary>Ports of any protocol must be said to be so.</summary>
    private static bool HasPorts(Flow flow) => flow.DestinationPorts.Any() || flow.SourcePorts.Any();

    /// <summary>By link, and by name; those of a link stand beside each other.</summary>
    public static MapNode OfLinks(IEnumerable<DesiredFeature> features)
    {
        var links = new TreeMap();
        foreach (var link in features.GroupBy(feature => feature.Key.Link))
        {
            var map = new TreeMap();
            foreach (var feature in link)
            {
                map.Add(feature.Key.Name, ScalarNode.Of(feature.IsOn));
            }
            links.Add(link.Key, map.Node);
        }
        return links.Node;
    }

    /// <summary>By name; a value that looks like a number is one.</summary>
    private static MapNode Of(IEnumerable<DesiredSysctl> sysctls)
    {
        var map = new TreeMap();
        foreach (var (name, value) in sysctls)
        {
            bool isNumber = WholeNumber.TryParse(value, uint.MaxValue, out uint number) && $"{number}" == value;
            map.Add(name, isNumber ? ScalarNode.Of(number) : ScalarNode.Of(value));
        }
        return map.Node;
    }

    private static ScalarNode Of(Cidr block) => ScalarNode.Of(block.ToPlainString());

    private static ScalarNode Of(PortRange ports) =>
        ports.First == ports.Last ? ScalarNode.Of(ports.First) : ScalarNode.Of(ports.ToString());
}

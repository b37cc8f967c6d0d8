using Nfqlb.ControlPlane.Host;
using Nfqlb.ControlPlane.Observe;
using Nfqlb.Planning.Objects;
using Nfqlb.Planning.Plans;
using Nfqlb.Routing;

namespace Nfqlb.ControlPlane.Execute;

/// <summary>Carries changes out, and undoes what was done when one is refused.</summary>
/// <param name="host">Where.</param>
public sealed class Executor(Surroundings host)
{
    /// <summary>A worker may be in the middle of a batch that it decides by the old tables, and a packet between its
    /// verdict and its route. And the fragments of a packet follow the first one, for 200 ms unless `--ft_ttl` says
    /// otherwise.</summary>
    private static readonly TimeSpan TimeToRoute = TimeSpan.FromMilliseconds(250);

    /// <summary>A worker may be in the middle of a batch that it decides by the old flows.</summary>
    private static readonly TimeSpan TimeToDecide = TimeSpan.FromMilliseconds(20);

    /// <summary>Twice the time in which a running balancer notices that a pool has memory of its own.</summary>
    private static readonly TimeSpan TimeToNotice = TimeSpan.FromMilliseconds(400);

    private readonly List<Change> _done = [];

    private readonly List<RouteChange> _waiting = [];

    private bool _haveFlowsChanged;
    private TimeSpan _settling;

    /// <summary>What was done so far, or may have been, in its order.</summary>
    public IReadOnlyList<Change> Done => _done;

    /// <summary>Routes that wait until their link is up.</summary>
    public IReadOnlyList<RouteChange> Waiting => _waiting;

    /// <summary>Carries changes out in their order.</summary>
    /// <exception cref="Exception">One was refused, with the words of who refused it; those behind it were not tried,
    /// but for routes and rules that were sent with it.</exception>
    public void Carry(IReadOnlyList<Change> changes)
    {
        for (int at = 0; at < changes.Count;)
        {
            int end = EndOfBatch(changes, at);
            Settle(changes[at]);
            if (changes[at] is RouteChange or RuleChange)
            {
                CarryBatch([.. changes.Skip(at).Take(end - at)]);
            }
            else if (changes[at] is FlowChange)
            {
                CarryFlows([.. changes.Skip(at).Take(end - at).Cast<FlowChange>()]);
            }
            else
            {
                _done.Add(changes[at]);
                CarryOne(changes[at]);
            }
            at = end;
        }
    }

    /// <summary>Looks at what was touched, and puts back what still is as this left it, the last first.</summary>
    /// <exception cref="Exception">Something was refused; the rest was put back all the same.</exception>
    public void Undo()
    {
        var now = new Observer(host).Observe(_done);
        var inverses = new List<Change>();
        var rules = now.Rules.ToHashSet();
        foreach (var change in Enumerable.Reverse(_done))
        {
            // A rule may have come and gone again: what is left of that shows step by step.
            bool isInForce = change is RuleChange rule ? Undo(rule, rules) : IsInForce(change, now);
            if (isInForce)
            {
                inverses.Add(change.Inverse);
            }
        }
        _done.Clear();
        Exception? first = null;
        for (int at = 0; at < inverses.Count;)
        {
            int end = EndOfBatch(inverses, at);
            try
            {
                Carry([.. inverses.Skip(at).Take(end - at)]);
            }
            catch (Exception e) when (Refusal.Is(e))
            {
                first ??= e;
            }
            at = end;
        }
        if (first is not null)
        {
            throw first;
        }
    }

    /// <summary>Takes a change back from a set of rules; false where the set is not as the change has left
    /// it.</summary>
    private static bool Undo(RuleChange change, HashSet<RoutingRule> rules) =>
        change.IsAddition ? rules.Remove(change.Rule) : rules.Add(change.Rule);

    /// <summary>Pools and the table of addresses look again by themselves, when they are changed back.</summary>
    private static bool IsInForce(Change change, ObservedState now) => change switch
    {
        FeatureChange feature => now.Features.GetValueOrDefault(feature.Key)?.IsActive == feature.IsOn,
        RouteChange { After: { } after } => now.Routes.Any(route =>
            Ownership.IsOurs(route) && RouteKey.Of(route) == RouteKey.Of(after) && route.Gateway == after.Gateway),
        RouteChange { Before: { } before } => now.Routes.All(route => RouteKey.Of(route) != RouteKey.Of(before)),
        PoolChange { After: { } after } pool =>
            now.Pools.TryGetValue(pool.Name, out var content) && content.Shape == after.Shape,
        PoolChange pool => !now.Pools.ContainsKey(pool.Name),
        FlowChange { After: { } after } flow => now.Flows?.Any(one => one.IsSameAs(after.Flow)) == true,
        FlowChange flow => now.Flows?.All(one => one.Name != flow.Name) == true,
        VipTableChange { After: var after } => Equals(now.Vips, after),
        _ => true,
    };

    /// <summary>Routes go together, and rules and flows do: so many are one system call, or one set of flows.</summary>
    private static int EndOfBatch(IReadOnlyList<Change> changes, int at)
    {
        int end = at + 1;
        while (changes[at] is RouteChange or RuleChange or FlowChange && end < changes.Count
            && changes[end].Stage == changes[at].Stage && changes[end].GetType() == changes[at].GetType())
        {
            end++;
        }
        return end;
    }

    private void CarryBatch(IReadOnlyList<Change> changes)
    {
        Exception? refusal = null;
        foreach (var (change, outcome) in changes.Zip(host.Kernel.Carry(changes)))
        {
            if (outcome.Kind is OutcomeKind.Done or OutcomeKind.Unknown)
            {
                _done.Add(change);
            }
            if (outcome.Kind == OutcomeKind.WithoutLink && change is RouteChange { Excuse: not null } route)
            {
                _waiting.Add(route);
            }
            else
            {
                refusal ??= outcome.Error;
            }
        }
        if (refusal is not null)
        {
            throw refusal;
        }
    }

    private void CarryOne(Change change)
    {
        switch (change)
        {
            case FeatureChange feature:
                host.Kernel.SetFeature(feature.Key, feature.IsOn);
                break;
            case PoolChange pool:
                host.Pools.Carry(pool);
                break;
            case VipTableChange vips:
                if (vips.Unqueued is { Count: > 0 } unqueued)
                {
                    host.BeforeUnqueued(unqueued);
                }
                host.Kernel.SetVips(vips.After);
                break;
        }
        SettleLater(change switch
        {
            PoolChange { IsReplacement: true } => TimeToNotice,
            PoolChange => TimeToRoute,
            _ => TimeSpan.Zero,
        });
    }

    private void CarryFlows(FlowChange[] changes)
    {
        _done.AddRange(changes);
        host.Flows.Carry(changes);
        _haveFlowsChanged = true;
        SettleLater(changes[0].Stage == Stage.DeleteFlows ? TimeToRoute : TimeSpan.Zero);
    }

    private void SettleLater(TimeSpan time) => _settling = time > _settling ? time : _settling;

    /// <summary>Before a way goes, packets that were sent along it have gone; before targets go, those that old flows
    /// have sent to their pool.</summary>
    private void Settle(Change next)
    {
        if (next.Stage >= Stage.DeleteRules && _settling > TimeSpan.Zero)
        {
            host.Clock.Wait(_settling);
            _settling = TimeSpan.Zero;
        }
        else if (next.Stage == Stage.DrainPools && _haveFlowsChanged)
        {
            host.Clock.Wait(TimeToDecide);
        }
        _haveFlowsChanged &= next.Stage != Stage.DrainPools;
    }
}

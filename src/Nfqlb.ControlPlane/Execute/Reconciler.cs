using Nfqlb.ControlPlane.Host;
using Nfqlb.ControlPlane.Observe;
using Nfqlb.ControlPlane.Store;
using Nfqlb.Linux;
using Nfqlb.Linux.SharedMemory;
using Nfqlb.Maglev;
using Nfqlb.Packets;
using Nfqlb.Planning.Documents;
using Nfqlb.Planning.Model;
using Nfqlb.Planning.Objects;
using Nfqlb.Planning.Plans;
using Nfqlb.Routing;

namespace Nfqlb.ControlPlane.Execute;

/// <summary>Changes what is desired, and makes the host match it. Two at a time exclude each other.</summary>
/// <param name="host">What is made to match.</param>
/// <param name="store">The name that the state is kept under.</param>
/// <param name="stop">Ends waiting for another one.</param>
public sealed class Reconciler(Surroundings host, PoolName store, CancellationToken stop = default)
{
    /// <summary>Checks, compares, notes what is desired, and carries it out. Where something is refused, all is again
    /// as it was before.</summary>
    /// <exception cref="InvalidStateException">It cannot be; nothing was changed.</exception>
    /// <exception cref="SystemCallException">The kernel refused it; what was done before was undone.</exception>
    public Reconciliation Carry(DesiredChange change)
    {
        using var locked = StateStore.Lock(store, stop);
        return Carry(locked, change);
    }

    /// <summary>Takes all away that is managed, and then the note of it.</summary>
    /// <param name="takesForeign">What others have made of pools and flows goes too.</param>
    /// <exception cref="SystemCallException">The kernel refused it; what was done before was undone.</exception>
    public Reconciliation Reset(bool takesForeign)
    {
        using var locked = StateStore.Lock(store, stop);
        var reconciliation = Carry(locked, new DesiredChange(Scope.Everything, _ => DesiredState.Empty)
        {
            TakesForeign = takesForeign,
        });
        locked.Forget();
        return reconciliation;
    }

    /// <summary>What would be done, and what the kernel would refuse of it. Changes nothing, and waits for
    /// nobody.</summary>
    /// <exception cref="InvalidStateException">It cannot be.</exception>
    public Reconciliation Preview(DesiredChange change)
    {
        var before = StateStore.Look(store);
        var managed = new Managed([before, .. StateStore.LookUnfinished(store)]);
        var desired = change.Desired(before);
        ThrowOnAny(change, desired);
        var observed = new Observer(host).Observe(desired, managed, change.Scope);
        ThrowOnRefusedFeature(change, change.Scope, desired, observed, managed);
        var plan = Plan.Between(desired, observed, managed, change.Scope, change.Slots, change.Adopts);
        ThrowOnRefusedWay(change, desired, plan);
        return new Reconciliation(plan, []);
    }

    /// <summary>What is asked for, where this very document has asked for it, and all is as it asks. The document need
    /// not be read again then: that takes longer than all else.</summary>
    /// <returns>Null where there is anything to do, or to say.</returns>
    public DesiredState? InForce(DocumentDigest document)
    {
        using var locked = StateStore.Lock(store, stop);
        if (!locked.IsOf(document))
        {
            return null;
        }
        var observer = new Observer(host with { Flows = new FlowsAhead(host.Flows) });
        var desired = locked.Read();
        var managed = new Managed([desired]);
        var observed = observer.Observe(desired, managed, Scope.Everything);
        var plan = Plan.AsFarAsPossible(desired, observed, managed, Scope.Everything);
        return plan is { Changes.Count: 0, Warnings.Count: 0, Refusals.Count: 0 }
            && !FeaturePlan.Refusals(desired, observed, managed).Any() ? desired : null;
    }

    /// <summary>A change was begun, and its end was not noted: it is under way, or somebody was killed.</summary>
    public bool IsUnfinished => StateStore.LookUnfinished(store).Count > 0;

    /// <summary>What is not as it is asked for, as far as it can be mended. Changes nothing, and waits for
    /// nobody.</summary>
    public Plan Look()
    {
        var desired = StateStore.Look(store);
        return Look(desired, new Managed([desired, .. StateStore.LookUnfinished(store)]));
    }

    /// <summary>Puts back what is not as it is asked for. What is refused is no reason to leave the rest as it is, and
    /// nothing is undone.</summary>
    /// <param name="isDue">The changes to try.</param>
    public Mending Mend(Func<Change, bool> isDue)
    {
        using var locked = StateStore.Lock(store, stop);
        var desired = locked.Read();
        var unfinished = locked.ReadUnfinished();
        var managed = new Managed([desired, .. unfinished]);
        var mending = new Mending(Look(desired, managed));
        var changes = mending.Plan.Changes.Where(isDue).ToList();
        if (!mending.TryCarry(new Executor(host), changes))
        {
            // What was refused is not to keep the others.
            mending.CarryOneByOne(host, [.. Look(desired, managed).Changes.Where(isDue)]);
        }
        if (unfinished.Count > 0 && mending.Refused.Count == 0 && changes.Count == mending.Plan.Changes.Count)
        {
            RemoveUnfinishedPools(unfinished);
            locked.End();
        }
        return mending;
    }

    private Plan Look(DesiredState desired, Managed managed) => Plan.AsFarAsPossible(
        desired, new Observer(host).Observe(desired, managed, Scope.Everything), managed,
        host.Flows.Read() is null ? Scope.WithoutBalancer : Scope.Everything);

    private Reconciliation Carry(StateStore locked, DesiredChange change)
    {
        var before = locked.Read();
        var unfinished = locked.ReadUnfinished();
        var desired = change.Desired(before);
        var part = change.IsOfDifferences && unfinished.Count == 0 ? Part.Between(before, desired) : null;
        if (part?.HasWays != false)
        {
            // State, weight and priority fit whatever they are.
            ThrowOnAny(change, desired);
        }
        Plan plan;
        if (part is not null)
        {
            plan = Plan.OfPart(desired, new Observer(host).Observe(desired, part), new Managed([before]), part);
        }
        else
        {
            (plan, desired) = PlanOf(change, before, desired, unfinished);
        }
        var executor = new Executor(host);
        if (plan.Changes.Count > 0)
        {
            ThrowOnRefusedWay(change, desired, plan);
            locked.Begin([.. unfinished, desired]);
            CarryOrUndo(executor, plan, () => Renote(locked, unfinished));
        }
        RemoveUnfinishedPools(unfinished);
        if (change.Source is null || !ReferenceEquals(desired, before))
        {
            // Else it is there already: files that ask for what they did before change nothing.
            locked.Write(desired, change.Digest);
        }
        if (change.Source is { } source)
        {
            locked.WriteSource(source(), change.SourceDigest());
        }

        // Pools that somebody has left unfinished are for those to take away who look at pools as a whole.
        Renote(locked, change.Scope.HasFlag(Scope.FlowsAndPools) ? [] : unfinished);
        return new Reconciliation(plan, executor.Waiting) { Part = part };
    }

    private (Plan Plan, DesiredState Desired) PlanOf(
        DesiredChange change, DesiredState before, DesiredState desired, IReadOnlyList<DesiredState> unfinished)
    {
        // Where somebody was killed, whatever he was about is put right now.
        var scope = unfinished.Count == 0 ? change.Scope : change.Scope | Scope.WithoutBalancer;
        var managed = new Managed([before, .. unfinished, .. change.TakesForeign ? Foreign(before) : []]);
        var observed = new Observer(host).Observe(desired, managed, scope);
        ThrowOnRefusedFeature(change, scope, desired, observed, managed);
        desired = managed.WithFormer(desired, observed);
        return (Plan.Between(desired, observed, managed, scope, change.Slots, change.Adopts), desired);
    }

    private void RemoveUnfinishedPools(IReadOnlyList<DesiredState> unfinished)
    {
        foreach (var pool in unfinished.SelectMany(state => state.Pools))
        {
            host.Pools.RemoveUnfinished(pool.Name);
        }
    }

    private static void Renote(StateStore locked, IReadOnlyList<DesiredState> unfinished)
    {
        if (unfinished.Count == 0)
        {
            locked.End();
        }
        else
        {
            locked.Begin(unfinished);
        }
    }

    /// <summary>All flows that run, and the pools that they lead to, as if they were asked for.</summary>
    private DesiredState[] Foreign(DesiredState before)
    {
        var flows = host.Flows.Read() ?? [];
        var names = flows.Select(flow => flow.Target).Union(before.Pools.Select(pool => pool.Name));
        return
        [
            DesiredState.Empty with
            {
                Flows = [.. flows],
                Pools = [.. names.Select(name => (Name: name, Content: host.Pools.Read(name)))
                    .Where(pool => pool.Content is not null)
                    .Select(pool => new DesiredPool(pool.Name, pool.Content!.Shape, pool.Content.Settings))],
            },
        ];
    }

    /// <summary>A link that is not there, or cannot do what it shall, is in the file and is told with its
    /// place.</summary>
    private static void ThrowOnRefusedFeature(
        DesiredChange change, Scope scope, DesiredState desired, ObservedState observed, Managed managed)
    {
        if (!scope.HasFlag(Scope.Features))
        {
            return;
        }
        var refusals = new List<string>();
        foreach (var (feature, complaint) in FeaturePlan.Refusals(desired, observed, managed))
        {
            refusals.Add(change.Document?.Place(feature.Key, complaint) ?? $"{complaint}");
        }
        if (refusals.Count > 0)
        {
            throw new InvalidStateException(string.Join('\n', refusals));
        }
    }

    /// <summary>Before anything is changed: a gateway that no link leads to is in the file, and is told with its
    /// place.</summary>
    private void ThrowOnRefusedWay(DesiredChange change, DesiredState desired, Plan plan)
    {
        RouteChange[] ways =
            [.. plan.Changes.OfType<RouteChange>().Where(way => way is { After: not null, Excuse: null })];
        if (ways.Length == 0)
        {
            return;
        }
        var reasons = host.Kernel.Refusals([.. ways.Select(way => way.After!)]);
        var refusals = new List<string>();
        var gateways = new HashSet<Address>();
        foreach (var (way, reason) in ways.Zip(reasons))
        {
            if (reason is not null)
            {
                refusals.Add(Words(change, desired, way.After!, reason));
                _ = way.After!.Gateway is { } gateway && gateways.Add(gateway);
            }
        }
        if (refusals.Count > 0)
        {
            throw new RefusedWayException(string.Join('\n', refusals), gateways);
        }
    }

    /// <summary>With where it stands what the route leads to.</summary>
    private static string Words(DesiredChange change, DesiredState desired, Route route, string reason)
    {
        foreach (var (i, pool) in desired.Pools.Index())
        {
            foreach (var (j, target) in pool.Targets.Index())
            {
                if (target.HasWay && target.Table == route.Table.Id)
                {
                    var diagnostic = new Diagnostic($"pools[{i}].targets[{j}].via", reason);
                    return change.Document?.Place(pool.Name, target.Mark, "via", reason)
                        ?? change.Wording?.Invoke(desired, diagnostic)
                        ?? $"target [{pool.Name}/{target}]: {reason}";
                }
            }
        }
        return reason;
    }

    private static void ThrowOnAny(DesiredChange change, DesiredState desired)
    {
        Diagnostic[] diagnostics = [.. DesiredStateCheck.Diagnostics(desired)];
        if (diagnostics.Length > 0)
        {
            throw new InvalidStateException(string.Join(
                '\n', diagnostics.Select(one => change.Wording?.Invoke(desired, one) ?? $"{one}")));
        }
    }

    private static void CarryOrUndo(Executor executor, Plan plan, Action onUndone)
    {
        try
        {
            executor.Carry(plan.Changes);
        }
        catch (Exception e) when (Refusal.Is(e))
        {
            try
            {
                executor.Undo();
                onUndone();
            }
            catch (Exception second) when (Refusal.Is(second))
            {
                throw new InvalidStateException(
                    $"{e.Message}\nWhat was done before could not be undone: {second.Message}");
            }
            throw;
        }
    }
}

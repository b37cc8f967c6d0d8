using System.Collections.Immutable;
using Nfqlb.ControlPlane.Execute;
using Nfqlb.ControlPlane.Host;
using Nfqlb.ControlPlane.Store;
using Nfqlb.Flows;
using Nfqlb.Linux;
using Nfqlb.Linux.SharedMemory;
using Nfqlb.Maglev;
using Nfqlb.Planning.Model;
using Nfqlb.Planning.Objects;
using Nfqlb.Planning.Plans;
using Nfqlb.Routing;

namespace Nfqlb.ControlPlane.Follow;

/// <summary>Puts back what others change of what is asked for. Owned by one thread, but for what is shown.</summary>
/// <param name="host">Where.</param>
/// <param name="store">The name that the state is kept under.</param>
/// <param name="tally">Counts.</param>
/// <param name="tell">Is told what happened.</param>
/// <param name="reconciler">Makes it match.</param>
internal sealed class Mender(
    Surroundings host, PoolName store, FollowTally tally, Action<FollowNotice> tell, Reconciler reconciler)
{
    private const int MostTold = 20;

    private static readonly TimeSpan PauseAfterFailure = TimeSpan.FromSeconds(1);

    private readonly Patience _patience = new();
    private HashSet<string> _linksDown = [];
    private Dictionary<PoolName, PoolContent?> _pools = [];
    private IReadOnlyList<Flow>? _flows;
    private SegmentIdentity? _asked;
    private DesiredState? _desired;
    private string _failure = "";
    private volatile Findings _shown = new([], []);

    /// <summary>What cannot be put back, a line each.</summary>
    public ImmutableArray<string> Refused => _shown.Refused;

    /// <summary>What somebody changes again and again, a line each.</summary>
    public ImmutableArray<string> Contested => _shown.Contested;

    /// <summary>The routing tables of the targets that are asked for.</summary>
    public IReadOnlySet<RoutingTable> Tables { get; private set; } = new HashSet<RoutingTable>();

    /// <summary>What waits for a link or for what others do may be tried at once.</summary>
    public void TryRefusedAgain() => _patience.TryRefusedAgain();

    /// <summary>Looks at the host, and puts back what is not as it is asked for.</summary>
    /// <param name="now">The time.</param>
    /// <returns>When to look again; null for no sooner than something happens.</returns>
    public TimeSpan? Look(TimeSpan now)
    {
        try
        {
            var plan = reconciler.Look();
            _patience.Forget(now, plan.Changes);
            LookForLinks(plan);
            bool isDue = plan.Changes.Any(change => _patience.IsDue(change.Subject, now))
                || (plan.Changes.Count == 0 && reconciler.IsUnfinished);
            if (isDue)
            {
                plan = Mend(now);
            }
            else if (plan.Changes.Count == 0)
            {
                tally.CountUnchanged();
            }
            Show(plan);
            _failure = "";
            TellOthersWord();
            Settle();

            // Whether it stays so is seen at the next look.
            return isDue ? now : _patience.NextOf(plan.Changes);
        }
        catch (Exception e) when (Follower.IsFailure(e))
        {
            tally.CountRefused();
            if (_failure != e.Message)
            {
                _failure = e.Message;
                tell(new FollowNotice("the host cannot be looked at", Reason: e.Message) { IsWarning = true });
            }
        }
        return now + PauseAfterFailure;
    }

    /// <summary>While nothing is missing, it does not matter which of them are down.</summary>
    private void LookForLinks(Plan plan)
    {
        if (!plan.Changes.Any(change => change is RouteChange))
        {
            return;
        }
        var before = _linksDown;
        _linksDown = host.Kernel.ReadLinks().Where(link => !link.IsUp).Select(link => link.Name).ToHashSet();
        if (!before.IsSubsetOf(_linksDown))
        {
            _patience.ForgetRoutes();
        }
    }

    private Plan Mend(TimeSpan now)
    {
        var mending = reconciler.Mend(change => _patience.IsDue(change.Subject, now));
        foreach (var change in mending.Done)
        {
            var attempts = _patience.Note(change, now, reason: null);
            if (attempts.Times == Patience.TimesUntilContested)
            {
                tell(new FollowNotice("changed by others again and again", attempts.What) { IsWarning = true });
            }
        }
        var refused = new List<Patience.Attempts>();
        foreach (var change in mending.Waiting)
        {
            refused.Add(_patience.Note(change, now, (change as RouteChange)?.Excuse ?? "its link is down"));
        }
        foreach (var (change, reason) in mending.Refused)
        {
            refused.Add(_patience.Note(change, now, reason));
        }
        if (mending.Done.Count > 0)
        {
            int count = mending.Done.Select(change => change.Subject).Distinct().Count();
            tally.CountMended(count);
            tally.CountChanged();
            tell(new FollowNotice("put back", Patience.WordsOf(mending.Done[0]) + AndMore(count))
            {
                By = "drift",
                Done = [.. mending.Done.Select(Patience.WordsOf).Distinct()],
            });
        }
        if (mending.Refused.Count > 0)
        {
            tally.CountRefused();
        }
        refused.RemoveAll(one => !one.IsNews);
        if (refused.Count > 0)
        {
            TellRefusal(refused[0].What + AndMore(refused.Count), refused[0].Reason);
        }
        return mending.Plan;
    }

    private static string AndMore(int count) => count > 1 ? $" and {count - 1} more" : "";

    private void TellRefusal(string? what, string? reason) =>
        tell(new FollowNotice("cannot be put back", what, reason) { IsWarning = true });

    private void Show(Plan plan)
    {
        string[] refused =
        [
            .. plan.Refusals,
            .. _patience.All.Where(one => one.Reason is not null).Select(one => $"{one.What}: {one.Reason}"),
        ];
        foreach (string line in plan.Refusals.Except(Refused).Take(MostTold))
        {
            TellRefusal(what: null, line);
        }
        string[] contested =
        [
            .. _patience.All.Where(one => one is { Reason: null, Times: >= Patience.TimesUntilContested })
                .Select(one => one.What),
        ];
        _shown = new Findings([.. refused], [.. contested]);
    }

    /// <summary>Is told what is asked for, whenever the host was made to match it or was looked at.</summary>
    public Action<DesiredState> InForce { get; set; } = _ => { };

    /// <summary>Tells what commands have asked for since, and whose they were.</summary>
    private void TellOthersWord()
    {
        if (_desired is not { } before || IdentityOfAsked() is not { } asked || asked == _asked)
        {
            return;
        }
        string[] differences = [.. StateMerge.Differences(before, StateStore.Look(store))];
        if (differences.Length > 0)
        {
            tell(new FollowNotice("asked for by command", differences[0] + AndMore(differences.Length))
            {
                By = StateStore.LookWriter(store, asked) ?? "another process",
                Done = differences,
            });
        }
    }

    /// <summary>Remembers what is asked for, what pools and flows look like, and which tables matter.</summary>
    /// <param name="part">All else is as it was remembered last; null for all.</param>
    public void Settle(Part? part = null)
    {
        var asked = IdentityOfAsked();
        bool isNew = asked != _asked || _desired is null;
        _asked = asked;
        var desired = _desired = StateStore.Look(store);
        if (isNew && StateStore.LookSource(store) is { } source)
        {
            tally.HaveByHand(StateMerge.Differences(source, desired).Count());
        }
        if (part?.HasWays != false)
        {
            Tables = desired.Targets.Where(pair => pair.Target.HasWay)
                .Select(pair => new RoutingTable(pair.Target.Table)).ToHashSet();
        }
        if (part is null)
        {
            _pools = desired.Pools.ToDictionary(pool => pool.Name, pool => Read(pool.Name));
        }
        foreach (var name in part?.Pools ?? new HashSet<PoolName>())
        {
            _pools[name] = Read(name);
        }
        _flows = host.Flows.Read();
        InForce(desired);
    }

    /// <summary>Whether a pool, the flows or what is asked for are other ones than at the last look.</summary>
    public bool HasPulse() => !ReferenceEquals(host.Flows.Read(), _flows) || IdentityOfAsked() != _asked
        || _pools.Any(pool => !PoolContent.AreAskedAlike(Read(pool.Key), pool.Value));

    /// <summary>Each change of what is asked for makes a file of its own.</summary>
    private SegmentIdentity? IdentityOfAsked()
    {
        try
        {
            return SharedMemorySegment.FindIdentity(store.Text);
        }
        catch (SystemCallException)
        {
            return null; // It cannot be read either: the look says so.
        }
    }

    private PoolContent? Read(PoolName name)
    {
        try
        {
            return host.Pools.Read(name);
        }
        catch (PoolException)
        {
            return null; // Somebody else's now: the look says so.
        }
    }

    private sealed record Findings(ImmutableArray<string> Refused, ImmutableArray<string> Contested);
}

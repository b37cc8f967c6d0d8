using System.Collections.Immutable;
using System.Globalization;
using Nfqlb.ControlPlane.Follow;
using Nfqlb.ControlPlane.Host;
using Nfqlb.Flows;
using Nfqlb.Linux;
using Nfqlb.Linux.Tun;
using Nfqlb.Planning.Announce;
using Nfqlb.Planning.Objects;
using Nfqlb.Planning.Plans;
using Nfqlb.Routing;

namespace Nfqlb.ControlPlane.Announce;

/// <summary>Has a route of each virtual address that can be served stand in a table, and puts back what others change
/// of it. Owned by one thread, but for <see cref="All"/>.</summary>
/// <param name="kernel">Where.</param>
/// <param name="link">What the routes lead to. Whoever holds it, holds them.</param>
/// <param name="time">The time.</param>
/// <param name="tell">Is told what happened.</param>
public sealed class Announcer(IKernel kernel, IAnnouncementLink link, TimeProvider time, Action<FollowNotice> tell)
{
    private const int MostTold = 20;

    private static readonly TimeSpan PauseAfterRefusal = TimeSpan.FromSeconds(1);

    private readonly long _origin = time.GetTimestamp();
    private readonly Dictionary<Cidr, VipStanding> _standings = [];
    private readonly HashSet<RoutingTable> _tables = [];
    private readonly SinkRoutes _sinks = new(kernel, tell);
    private HashSet<Cidr> _made = [];
    private Dictionary<Cidr, string> _refused = [];
    private bool _isDue;
    private TimeSpan? _retryAt;
    private volatile Announcements _shown = new([]);

    /// <summary>All addresses that are to be announced, as they stand.</summary>
    public ImmutableArray<VipAnnouncement> All => _shown.All;

    private TimeSpan Now => time.GetElapsedTime(_origin);

    /// <summary>Goes on with what another process announces, which is about to end: holds its routes, if it has
    /// any.</summary>
    /// <exception cref="SystemCallException">They cannot be read.</exception>
    public void Join(RoutingTable table)
    {
        if (!link.TryJoin())
        {
            return;
        }
        _tables.Add(table);
        foreach (var route in Ours(kernel.ReadRoutes(_tables), link.Hold()))
        {
            _standings[route.Destination] = VipStanding.First(reason: null, Now);
            _made.Add(route.Destination);
        }
    }

    /// <summary>Something may have changed: the next turn looks at the routes.</summary>
    public void Look() => _isDue = true;

    /// <summary>Announces what can be served, and withdraws all else.</summary>
    /// <param name="table">Where; null for nowhere.</param>
    /// <param name="vips">Each address with why it cannot be served; null where it can.</param>
    public void Turn(RoutingTable? table, IReadOnlyList<(Cidr Vip, string? Reason)> vips)
    {
        var now = Now;
        if (table is null)
        {
            vips = [];
        }
        var asked = new HashSet<Cidr>();
        var wanted = new HashSet<Cidr>();
        foreach (var (vip, reason) in vips)
        {
            asked.Add(vip);
            var standing = _standings.TryGetValue(vip, out var last)
                ? last.Next(reason, now)
                : VipStanding.First(reason, now);
            _standings[vip] = standing;
            if (standing.IsAnnounced)
            {
                wanted.Add(vip);
            }
        }
        bool isNew = table is { } one && !_tables.Contains(one);
        bool isRetry = _retryAt is { } at ? at <= now : !_sinks.Are(asked);
        if (_isDue || isNew || isRetry || !wanted.SetEquals(_made))
        {
            Carry(table, asked, wanted, now);
        }
        if (table is null)
        {
            link.Release();
            _tables.Clear();
        }
        Show(vips);
    }

    /// <summary>Withdraws all, and lets go.</summary>
    /// <returns>True when something was announced until now.</returns>
    public bool Withdraw()
    {
        bool hadAny = _made.Count > _refused.Count;
        Carry(table: null, [], [], Now);
        link.Release();
        _shown = new([]);
        return hadAny;
    }

    private void Carry(RoutingTable? table, HashSet<Cidr> asked, HashSet<Cidr> wanted, TimeSpan now)
    {
        var before = _made;
        before.ExceptWith(_refused.Keys);
        (_made, _refused, _isDue, _retryAt) = (wanted, [], false, null);
        if (table is null && _tables.Count == 0)
        {
            return;
        }
        bool isDone = false;
        try
        {
            isDone = Match(table, wanted, before);
            _sinks.Match(asked, link.Hold());
        }
        catch (Exception e) when (e is SystemCallException or TunException)
        {
            foreach (var vip in wanted)
            {
                _refused[vip] = e.Message;
            }
        }
        _retryAt = isDone ? null : now + PauseAfterRefusal;
    }

    /// <summary>Has the routes by our link be those that are wanted.</summary>
    /// <returns>False when some were refused.</returns>
    private bool Match(RoutingTable? table, HashSet<Cidr> wanted, HashSet<Cidr> before)
    {
        if (table is { } one)
        {
            _tables.Add(one);
        }
        var index = link.Hold();
        var all = kernel.ReadRoutes(_tables);
        var changes = new List<Change>();
        var standing = new HashSet<Cidr>();
        foreach (var route in Ours(all, index))
        {
            bool isWanted = route.Table == table && wanted.Contains(route.Destination)
                && standing.Add(route.Destination);
            if (!isWanted)
            {
                changes.Add(new RouteChange(route, null));
            }
        }
        if (table is { } place)
        {
            var there = all.ToLookup(RouteKey.Of);
            foreach (var vip in wanted)
            {
                if (standing.Contains(vip))
                {
                    continue;
                }
                if (before.Contains(vip))
                {
                    // Somebody has taken it away, perhaps with the link, and all others by it.
                    _sinks.Forget();
                }
                var route = AnnouncedRoutes.Of(vip, place, index);
                if (there[RouteKey.Of(route)].FirstOrDefault() is { } other)
                {
                    _refused[vip] = $"table {place} has a route of somebody else in its place: {other}";
                }
                else
                {
                    changes.Add(new RouteChange(null, route));
                }
            }
        }
        bool isWithdrawn = Carry(changes, before);
        if (isWithdrawn && table is { } only)
        {
            _tables.RemoveWhere(other => other != only);
        }
        return isWithdrawn && _refused.Count == 0;
    }

    /// <returns>False when a route stands that should not.</returns>
    private bool Carry(List<Change> changes, HashSet<Cidr> before)
    {
        bool isWithdrawn = true;
        var back = new List<string>();
        var outcomes = changes.Count == 0 ? [] : kernel.Carry(changes);
        for (int i = 0; i < changes.Count; i++)
        {
            if (changes[i] is not RouteChange { After: { Destination: var vip } })
            {
                isWithdrawn &= outcomes[i].Error is null;
            }
            else if (outcomes[i].Error is { } error)
            {
                _refused[vip] = error.Message;
            }
            else if (before.Contains(vip))
            {
                back.Add(vip.ToPlainString());
            }
        }
        if (back.Count > 0)
        {
            string more = back.Count > 1 ? $" and {back.Count - 1} more" : "";
            tell(new FollowNotice("announced again", back[0] + more, "its route was gone"));
        }
        return isWithdrawn;
    }

    private static IEnumerable<Route> Ours(IReadOnlyList<Route> routes, LinkIndex index) =>
        routes.Where(route => AnnouncedRoutes.IsOurs(route, index));

    private void Show(IReadOnlyList<(Cidr Vip, string? Reason)> vips)
    {
        var before = All.ToDictionary(one => one.Prefix);
        var all = ImmutableArray.CreateBuilder<VipAnnouncement>(vips.Count);
        var news = new List<FollowNotice>();
        foreach (var (vip, _) in vips)
        {
            var standing = _standings[vip];
            string? refusal = _refused.GetValueOrDefault(vip);
            bool isAnnounced = standing.IsAnnounced && refusal is null;
            var old = before.GetValueOrDefault(vip);
            string? reason = isAnnounced ? null : standing.Reason ?? refusal;
            bool isNews = old?.IsAnnounced != isAnnounced;
            all.Add(isNews || old is null
                ? new VipAnnouncement(vip, isAnnounced, TimeText, reason)
                : old.Reason == reason ? old : old with { Reason = reason });
            if (isNews)
            {
                string what = isAnnounced ? "announced" : old is null ? "not announced" : "withdrawn";
                news.Add(new FollowNotice(what, vip.ToPlainString(), reason) { IsWarning = !isAnnounced });
            }
            before.Remove(vip);
        }
        foreach (var (vip, old) in before)
        {
            _standings.Remove(vip);
            if (old.IsAnnounced)
            {
                news.Add(new FollowNotice("withdrawn", vip.ToPlainString(), "nobody asks for it any more"));
            }
        }
        _shown = new(all.MoveToImmutable());
        foreach (var notice in news.Take(MostTold))
        {
            tell(notice);
        }
        if (news.Count > MostTold)
        {
            tell(new FollowNotice("announcements", Reason: $"{news.Count - MostTold} more have changed"));
        }
    }

    private string TimeText => time.GetUtcNow().UtcDateTime.ToString("u", CultureInfo.InvariantCulture);

    private sealed record Announcements(ImmutableArray<VipAnnouncement> All);
}

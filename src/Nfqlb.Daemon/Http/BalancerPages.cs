using System.Text;
using Microsoft.AspNetCore.Http;
using Nfqlb.Control;
using Nfqlb.ControlPlane.Announce;
using Nfqlb.ControlPlane.Follow;
using Nfqlb.Daemon.Checks;
using Nfqlb.Daemon.Control;
using Nfqlb.Daemon.Flows;
using Nfqlb.Daemon.Health;
using Nfqlb.Daemon.Logging;
using Nfqlb.Daemon.Metrics;
using Nfqlb.Daemon.Settings;
using Nfqlb.Daemon.Workers;

namespace Nfqlb.Daemon.Http;

/// <summary>What there is to see of a balancer over HTTP, by path.</summary>
internal sealed class BalancerPages
{
    private const string JsonType = "application/json; charset=utf-8";
    private const string JsonLinesType = "application/x-ndjson; charset=utf-8";

    private readonly DataPath _path;
    private readonly HealthWatch _health;
    private readonly CounterListing _counters;
    private readonly FlowChanges _changes;
    private readonly ControlTally _tally;
    private readonly ServiceSettings _settings;
    private readonly TargetNames _names;
    private readonly Dictionary<string, SharedPage> _pages;

    /// <summary>Pages that are made when somebody asks.</summary>
    /// <param name="path">What packets go through.</param>
    /// <param name="health">Knows whether they do.</param>
    /// <param name="counters">What became of its packets.</param>
    /// <param name="changes">Changes its flows.</param>
    /// <param name="tally">Requests at its control socket.</param>
    /// <param name="settings">Of what is around it.</param>
    public BalancerPages(
        DataPath path, HealthWatch health, CounterListing counters, FlowChanges changes, ControlTally tally,
        ServiceSettings settings)
    {
        (_path, _health, _counters, _changes, _tally) = (path, health, counters, changes, tally);
        (_settings, _names) = (settings, new TargetNames(settings.Store));
        _pages = new Dictionary<string, SharedPage>
        {
            ["/metrics"] = new(MakeMetrics, TimeProvider.System),
            ["/healthz"] = new(MakeHealth, TimeProvider.System),
            ["/readyz"] = new(MakeReadiness, TimeProvider.System),
            ["/state"] = new(MakeState, TimeProvider.System),
            ["/events"] = new(MakeEvents, TimeProvider.System),
        };
    }

    /// <summary>What has happened.</summary>
    public required EventHistory History { get; init; }

    /// <summary>Keeps the host as files ask for it; null where nothing does.</summary>
    public Follower? Follower { get; init; }

    /// <summary>What checks of targets have found; null where it checks none.</summary>
    public Func<CheckSnapshot>? Checks { get; init; }

    /// <summary>Announces virtual addresses; null where nothing does.</summary>
    public Announcer? Announcer { get; init; }

    /// <summary>The page of a path; null where there is none.</summary>
    public SharedPage? Find(string path) => _pages.GetValueOrDefault(path);

    private HttpPage MakeMetrics()
    {
        _counters.Gather();
        string text = Exposition.Of(
        [
            .. ProcessMetrics.Of(_health),
            .. QueueMetrics.Of(_path.Workers, _health),
            .. PacketMetrics.Of(_path.Workers, _path.FastPath),
            .. FragmentMetrics.Of(_path.Fragments),
            .. FlowMetrics.Of(_path.Flows.Current, _changes, _settings.MetricFlows),
            .. PoolMetrics.Of(_path.Flows, _path.Pools, _names),
            .. DrainMetrics.Of(_counters.Drains, _path.Workers),
            .. FastPathMetrics.Of(_path.FastPath?.Current),
            .. ControlMetrics.Of(_tally),
            .. Follower is { } follower ? FollowMetrics.Of(follower) : [],
            .. AnnouncementMetrics.Of(Announcer?.All ?? []),
            .. Checks is { } checks ? CheckMetrics.Of(checks()) : [],
        ]);
        return new HttpPage(StatusCodes.Status200OK, Exposition.ContentType, Encoding.UTF8.GetBytes(text));
    }

    private HttpPage MakeHealth() => Answer(_health.Report().Faults);

    private HttpPage MakeReadiness() => Answer(_health.Report().Hindrances);

    private HttpPage MakeState()
    {
        var state = new StateListing(_path, _health, _counters, Checks?.Invoke(), Announcer?.All ?? []);
        return new HttpPage(StatusCodes.Status200OK, JsonType, Encoding.UTF8.GetBytes(JsonText.Of(state.Write) + '\n'));
    }

    private HttpPage MakeEvents() => new(
        StatusCodes.Status200OK, JsonLinesType,
        Encoding.UTF8.GetBytes(string.Concat(History.After(id: null).Parts())));

    /// <summary>A line a reason, or `ok`.</summary>
    private static HttpPage Answer(IReadOnlyList<string> reasons) => reasons.Count == 0
        ? HttpPage.Plain(StatusCodes.Status200OK, "ok\n")
        : HttpPage.Plain(StatusCodes.Status503ServiceUnavailable, string.Join('\n', reasons) + '\n');
}

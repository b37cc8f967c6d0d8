using System.Net.Sockets;
using Nfqlb.Control;
using Nfqlb.ControlPlane.Announce;
using Nfqlb.ControlPlane.Follow;
using Nfqlb.ControlPlane.Host;
using Nfqlb.Daemon.Announcing;
using Nfqlb.Daemon.Checks;
using Nfqlb.Daemon.Control;
using Nfqlb.Daemon.Flows;
using Nfqlb.Daemon.Following;
using Nfqlb.Daemon.Handover;
using Nfqlb.Daemon.Http;
using Nfqlb.Daemon.Journal;
using Nfqlb.Daemon.Logging;
using Nfqlb.Daemon.Settings;
using Nfqlb.Daemon.Tracing;
using Nfqlb.Flows;
using Nfqlb.Linux;
using Nfqlb.Planning.Model;

namespace Nfqlb.Daemon.Hosting;

/// <summary>Balances packets by flows, which clients of its control socket set and delete.</summary>
public static class FlowBalancer
{
    /// <summary>Blocks until it is told to end, or something fails.</summary>
    /// <param name="settings">How it shall be.</param>
    /// <param name="service">What is around it.</param>
    /// <returns>False when something has failed.</returns>
    /// <exception cref="SettingException">It cannot run with a setting.</exception>
    /// <exception cref="ControlException">Another balancer has the control address.</exception>
    /// <exception cref="SystemCallException">A queue cannot be bound.</exception>
    /// <exception cref="SourceException">A file that it follows cannot be read.</exception>
    /// <exception cref="InvalidStateException">A file that it follows is wrong, or cannot be brought about.</exception>
    /// <exception cref="OperationCanceledException">It was told to end before it had begun.</exception>
    public static bool Run(BalancerSettings settings, ServiceSettings service)
    {
        using var signals = new StopOnSignal();
        using var handover = service.Handover
            ? HandoverReceiver.Ask(service.Control, service.Trust, settings.Queues) : null;
        using var httpSocket = service.Http is null ? null : BindHttp(service.Http, handover);
        using var listener =
            handover is null ? ControlListener.Open(service.Control) : new ControlListener(handover.Listener);
        using var log = new EventLog(settings.LogFormat, settings.Log, TimeProvider.System);
        using var journal = OpenJournal(service.Journal, log, isHandedOver: handover is not null);
        if (journal is not null && handover is null)
        {
            CollectionPause.BeginForKept();
        }
        // With a thousand flows these two take as long as all the rest of the start, so they go on beside it.
        IReadOnlyList<Flow> kept = [];
        using var reading = new StartTask(() => kept = handover?.Flows ?? journal?.Found ?? []);
        using var balancer = new Balancer(settings, log, signals, handover);
        var (path, pools) = (balancer.Path, new SharedPools());
        WarnOfStrangers(service.Control, log);
        var changes = new FlowChanges(path.Flows, path.Pools, journal, log);
        if (path.FastPath is { } fastPath)
        {
            changes.Around = fastPath.Change;
        }
        balancer.BeforeStart = changes.TakeJournal;
        using var restoring = new StartTask(() =>
        {
            reading.Wait();
            Restore(changes, kept, handover, service.Follow);
        });
        using var checks = service.Follow is null ? null : new CheckService(pools, log)
        {
            IsHandedOver = () => balancer.Workers.IsHandedOver,
        };
        using var announcing = service.Follow is { } follow ? MakeAnnouncing(balancer, follow, handover, log) : null;
        using var following = service.Follow is null ? null
            : new FollowService(service.Follow, new FlowTableControl(path.Flows, changes), pools, log, signals.Asked)
            {
                IsHandedOver = () => balancer.Workers.IsHandedOver,
                InForce = state =>
                {
                    checks?.Engine.Follow(state);
                    announcing?.Follow(state);
                    path.FastPath?.Follow(service.Follow.FastPath.With(state.FastPath));
                },
                BeforeUnqueued = vips => announcing?.Retire(vips),
            };
        using var beginning = new StartTask(() =>
        {
            restoring.Wait();
            if (handover is null)
            {
                // What another one goes on with is in force; until it has ended, it is the one to change it.
                following?.Begin();
            }
        });
        balancer.Restoring = beginning;
        foreach (var flow in handover?.TraceFlows ?? [])
        {
            path.Tap.Flows.Set(flow, pool: null);
        }
        var server = MakeServer(
            balancer, service, changes, listener.Socket, httpSocket, following?.Follower, checks?.Engine, announcing,
            log);
        return balancer.Run(following is null ? [server] : [server, following, checks!, announcing!]);
    }

    private static void Restore(
        FlowChanges changes, IReadOnlyList<Flow> kept, HandoverReceiver? handover, FollowSettings? follow)
    {
        changes.Restore(kept);
        if (handover is not null)
        {
            changes.PrepareJournal();
        }
        else
        {
            changes.AddAhead(follow?.Asked ?? []);
        }
    }

    private static void WarnOfStrangers(ControlAddress address, EventLog log)
    {
        if (!address.IsLocal)
        {
            log.Write(
                Severity.Warning,
                "over TCP nobody is authenticated: whoever reaches the control address may change flows",
                new LogField("address", address.Text));
        }
    }

    private static AnnounceService MakeAnnouncing(
        Balancer balancer, FollowSettings follow, HandoverReceiver? handover, EventLog log)
    {
        var path = balancer.Path;
        var announcing = new AnnounceService(follow, path.Settings.Queues, path.Flows, balancer.Health, log)
        {
            IsHandedOver = () => balancer.Workers.IsHandedOver,
        };
        if (handover is not null)
        {
            // Before the other one ends, and lets go of what announces.
            announcing.Join();
        }
        return announcing;
    }

    private static ControlServer MakeServer(
        Balancer balancer, ServiceSettings service, FlowChanges changes, Socket listener, Socket? httpSocket,
        Follower? follower, CheckEngine? checks, AnnounceService? announcing, EventLog log)
    {
        var announcer = announcing?.Announcer;
        var path = balancer.Path;
        var counters = new CounterListing(path);
        var reports = new BalancerReports(
            counters,
            balancer.Health,
            new SettingsListing(
                path.Settings.Classifier.HashMode, path.Settings.Classifier.IsPromiscuousPing,
                path.Settings.MarkMask))
        {
            FastPath = path.FastPath,
            Configuration = follower is null ? null
                : () => follower.Status with { Announcements = announcer?.All ?? [] },
            Checks = checks is null ? null : () => checks.Snapshot,
        };
        var actions = new FlowActions(path.Flows, changes, path.Tap.Flows, reports, log)
        {
            Withdraw = vips => announcing?.Retire(vips),
        };
        if (service.Http is { } http)
        {
            var pages = new BalancerPages(path, balancer.Health, counters, changes, actions.Tally, service)
            {
                History = log.History,
                Follower = follower,
                Checks = reports.Checks,
                Announcer = announcer,
            };
            balancer.Http = new HttpServer(http, httpSocket, pages, log);
        }
        var handover = new HandoverOffer(path, balancer.Workers, balancer.Health, changes, listener, log)
        {
            AfterFailure = balancer.ShowStatisticsAnew,
        };
        var captures = new CaptureServer(path.Tap, path.Workers, path.Flows);
        return new ControlServer(listener, actions, captures, new EventFeed(log.History), handover);
    }

    /// <summary>The balancer that this one takes over from may have the address until it ends.</summary>
    private static Socket? BindHttp(HttpAddress address, HandoverReceiver? handover)
    {
        try
        {
            return HttpSocket.Bind(address);
        }
        catch (SettingException) when (handover is not null)
        {
            return null;
        }
    }

    private static FlowJournal? OpenJournal(string? directory, EventLog log, bool isHandedOver)
    {
        void Tell(string reason) => log.Write(
            Severity.Warning, "kept flows", new LogField("state", directory!), new LogField("reason", reason));
        return directory is null ? null
            : directory.Length == 0
            ? throw new SettingException(nameof(ServiceSettings.Journal), "", "the name of a directory is needed")
            : isHandedOver ? FlowJournal.Later(directory, Tell)
            : FlowJournal.Open(directory, Tell);
    }
}

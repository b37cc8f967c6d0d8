using System.Diagnostics;
using Nfqlb.Linux.Interop;
using Nfqlb.Linux.Netlink;
using Nfqlb.Routing;
using static Nfqlb.Linux.Interop.LibC;
using static Nfqlb.Linux.Netlink.Nftables.UapiNftables;
using static Nfqlb.Linux.Netlink.Uapi.UapiRtnetlink;

namespace Nfqlb.Linux.Monitor;

/// <summary>Waits for what happens on this host: to files, to links, addresses, rules and routes, to the table of
/// virtual addresses.</summary>
/// <remarks>One thread waits; any may wake it. It belongs to the network namespace of the thread that opened
/// it.</remarks>
public sealed class HostMonitor : IDisposable
{
    /// <summary>A flood of changes that are others' wakes the thread no more often than this.</summary>
    private const int PauseMilliseconds = 20;

    private readonly FdHandle _wake;
    private readonly NetlinkGroups _routing;
    private readonly NetlinkGroups _filters;
    private readonly DirectoryWatch _files = new();
    private readonly NetlinkGroups.Meaning _ofRouting;
    private readonly NetlinkGroups.Meaning _ofFilters = ChangeMeaning.OfFilters;

    /// <summary>Listens from now on.</summary>
    /// <exception cref="SystemCallException">The kernel tells nothing; CAP_NET_ADMIN may be needed.</exception>
    public HostMonitor()
    {
        _wake = new FdHandle(eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC).ThrowOnError("eventfd", "monitor"));
        _routing = NetlinkGroups.Open(
            NetlinkProtocol.Route, RTNLGRP_LINK, RTNLGRP_IPV4_IFADDR, RTNLGRP_IPV4_ROUTE, RTNLGRP_IPV4_RULE,
            RTNLGRP_IPV6_IFADDR, RTNLGRP_IPV6_ROUTE, RTNLGRP_IPV6_RULE);
        _filters = NetlinkGroups.Open(NetlinkProtocol.Netfilter, NFNLGRP_NFTABLES);
        _ofRouting = message => ChangeMeaning.OfRouting(message, Tables);
    }

    /// <summary>The routing tables that matter beside routes of our own.</summary>
    public IReadOnlySet<RoutingTable> Tables { get; set; } = new HashSet<RoutingTable>();

    /// <summary>Watches these directories, and no others from now on. The same again finds those that were made anew.
    /// </summary>
    /// <returns>False where one is not there.</returns>
    /// <exception cref="SystemCallException">There is no inotify, or too much of it.</exception>
    public bool Watch(IEnumerable<string> directories) => _files.Watch(directories);

    /// <summary>Has <see cref="Wait"/> return. For any thread.</summary>
    public void Wake()
    {
        ReadOnlySpan<byte> one = [1, 0, 0, 0, 0, 0, 0, 0];
        write(_wake, one);
    }

    /// <summary>Waits until something has happened, somebody wakes it, or the time is over.</summary>
    /// <exception cref="SystemCallException">The kernel does not tell any more.</exception>
    public HostChanges Wait(TimeSpan atMost)
    {
        long start = Stopwatch.GetTimestamp();
        bool pauses = false;
        while (true)
        {
            double left = Math.Clamp(
                Math.Ceiling((atMost - Stopwatch.GetElapsedTime(start)).TotalMilliseconds), 0, int.MaxValue);
            Span<pollfd> descriptors =
            [
                Of((int)_wake.DangerousGetHandle()), Of(_files.Descriptor),
                Of(pauses ? -1 : _routing.Descriptor), Of(pauses ? -1 : _filters.Descriptor),
            ];
            int ready = (int)poll(descriptors, (int)(pauses ? Math.Min(left, PauseMilliseconds) : left))
                .ThrowOnError("poll", "monitor");
            var changes = Take(descriptors);
            if (changes != HostChanges.None || descriptors[0].revents != 0 || left == 0 || (ready == 0 && !pauses))
            {
                return changes;
            }
            pauses = ready > 0;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _files.Dispose();
        _filters.Dispose();
        _routing.Dispose();
        _wake.Dispose();
    }

    private static pollfd Of(int descriptor) => new() { fd = descriptor, events = POLLIN };

    private HostChanges Take(ReadOnlySpan<pollfd> descriptors)
    {
        var changes = HostChanges.None;
        if (descriptors[0].revents != 0)
        {
            read(_wake, stackalloc byte[sizeof(ulong)]);
        }
        if (descriptors[1].revents != 0)
        {
            _files.Drain();
            changes |= HostChanges.Files;
        }
        changes |= descriptors[2].revents != 0 ? _routing.Drain(_ofRouting) : HostChanges.None;
        return changes | (descriptors[3].revents != 0 ? _filters.Drain(_ofFilters) : HostChanges.None);
    }
}

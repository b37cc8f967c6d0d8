using Nfqlb.Linux.Monitor;
using Nfqlb.Routing;

namespace Nfqlb.ControlPlane.Host;

/// <summary>Waits for what happens on a host. Tests let it happen by hand.</summary>
public interface IMonitor
{
    /// <summary>The routing tables that matter beside routes of our own.</summary>
    IReadOnlySet<RoutingTable> Tables { set; }

    /// <summary>Watches the files of these directories, and no others from now on.</summary>
    /// <returns>False where one is not there.</returns>
    bool Watch(IEnumerable<string> directories);

    /// <summary>Waits until something has happened, somebody wants attention, or the time is over.</summary>
    HostChanges Wait(TimeSpan atMost);
}

using Nfqlb.Linux.Monitor;
using Nfqlb.Routing;

namespace Nfqlb.ControlPlane.Host;

/// <summary>What the kernel tells.</summary>
/// <param name="monitor">Listens already.</param>
public sealed class LinuxMonitor(HostMonitor monitor) : IMonitor
{
    /// <inheritdoc/>
    public IReadOnlySet<RoutingTable> Tables
    {
        set => monitor.Tables = value;
    }

    /// <inheritdoc/>
    public bool Watch(IEnumerable<string> directories) => monitor.Watch(directories);

    /// <inheritdoc/>
    public HostChanges Wait(TimeSpan atMost) => monitor.Wait(atMost);
}

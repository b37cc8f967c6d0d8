using Nfqlb.Routing;

namespace Nfqlb.ControlPlane.Host;

/// <summary>The link that routes of announcements lead to. It is there as long as somebody holds it.</summary>
public interface IAnnouncementLink : IDisposable
{
    /// <summary>Makes sure that it is there and up, and held.</summary>
    /// <exception cref="Linux.Tun.TunException">It cannot be made.</exception>
    /// <exception cref="Linux.SystemCallException">It cannot be set up.</exception>
    LinkIndex Hold();

    /// <summary>Holds it too, where another process does; and does nothing else.</summary>
    /// <returns>True when it is held.</returns>
    bool TryJoin();

    /// <summary>Lets go: where nobody else holds it, its routes go with it.</summary>
    void Release();
}

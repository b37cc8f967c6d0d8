using Nfqlb.Linux.Netlink.Routing;
using Nfqlb.Linux.Tun;
using Nfqlb.Routing;

namespace Nfqlb.ControlPlane.Host;

/// <summary>A tun device of this process.</summary>
/// <param name="name">Its name.</param>
public sealed class TunLink(string name) : IAnnouncementLink
{
    private HeldTun? _held;

    /// <inheritdoc/>
    public LinkIndex Hold()
    {
        if (_held is { } held)
        {
            using var socket = RoutingSocket.Open();
            var known = socket.ReadLinks().FirstOrDefault(link => link.Index == held.Link);
            if (known?.Name != name)
            {
                // Somebody has deleted or renamed it.
                Release();
            }
            else if (!known.IsUp)
            {
                held.SetUp();
            }
        }
        if (_held is null)
        {
            _held = HeldTun.Open(name);
            _held.SetUp();
        }
        return _held.Link;
    }

    /// <inheritdoc/>
    public bool TryJoin() => (_held ??= HeldTun.TryJoin(name)) is not null;

    /// <inheritdoc/>
    public void Release()
    {
        _held?.Dispose();
        _held = null;
    }

    /// <inheritdoc/>
    public void Dispose() => Release();
}

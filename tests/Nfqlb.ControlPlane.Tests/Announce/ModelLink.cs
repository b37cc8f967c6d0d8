using Nfqlb.ControlPlane.Host;
using Nfqlb.ControlPlane.Tests.Model;
using Nfqlb.Linux.Tun;
using Nfqlb.Planning.Objects;
using Nfqlb.Routing;

namespace Nfqlb.ControlPlane.Tests.Announce;

/// <summary>A link that takes its routes along when its last holder lets go.</summary>
/// <param name="kernel">Where.</param>
internal sealed class ModelLink(ModelKernel kernel) : IAnnouncementLink
{
    private int _index = 10;
    private bool _isHeld;

    /// <summary>Others that hold it too.</summary>
    public bool IsHeldByOthers { get; set; }

    public bool IsRefused { get; set; }

    public LinkIndex Hold()
    {
        if (IsRefused)
        {
            throw new TunException(AnnouncedRoutes.LinkName, "no such device");
        }
        _isHeld = true;
        return new LinkIndex(_index);
    }

    public bool TryJoin() => _isHeld = IsHeldByOthers;

    public void Release()
    {
        _isHeld = false;
        if (!IsHeldByOthers)
        {
            Vanish();
        }
    }

    /// <summary>Somebody deletes it: the next one is another link.</summary>
    public void Vanish()
    {
        kernel.Routes.RemoveAll(route => route.Link?.Value == _index);
        _index++;
    }

    public void Dispose() => Release();
}

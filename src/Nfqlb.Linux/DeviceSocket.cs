using System.Text;
using Nfqlb.Linux.Interop;
using Nfqlb.Routing;

namespace Nfqlb.Linux;

/// <summary>Asks for network devices by name, in the network namespace of the thread that opened it.</summary>
public sealed class DeviceSocket : IDisposable
{
    private readonly FdHandle _socket;

    private DeviceSocket(FdHandle socket) => _socket = socket;

    /// <summary>Any socket will do (netdevice(7)).</summary>
    /// <exception cref="SystemCallException">There is none to be had.</exception>
    public static DeviceSocket Open() => new(new FdHandle(
        LibC.socket(LibC.AF_INET, LibC.SOCK_DGRAM | LibC.SOCK_CLOEXEC, protocol: 0)
            .ThrowOnError("socket", "network devices")));

    /// <summary>A device; null where there is none of that name.</summary>
    public LinkIndex? Find(string name)
    {
        if (Encoding.UTF8.GetByteCount(name) >= LibC.IFNAMSIZ)
        {
            return null;
        }
        var request = LibC.ifreq.Of(name);
        return LibC.ioctl(_socket, LibC.SIOCGIFINDEX, ref request).IsSuccess
            ? new LinkIndex(request.ifr_ifindex)
            : null;
    }

    /// <inheritdoc/>
    public void Dispose() => _socket.Dispose();
}

using Nfqlb.Linux.Interop;
using Nfqlb.Linux.Netlink.Routing;
using Nfqlb.Routing;

namespace Nfqlb.Linux.Tun;

/// <summary>A tun device that is there as long as a process holds it: however the last one ends, the kernel takes the
/// device away, and with it all routes that lead to it.</summary>
/// <remarks>It has several queues (IFF_MULTI_QUEUE), so that a process can join before another one lets go. Nobody
/// reads from it.</remarks>
public sealed class HeldTun : IDisposable
{
    private readonly FdHandle _descriptor;

    private HeldTun(FdHandle descriptor, LinkIndex link)
    {
        _descriptor = descriptor;
        Link = link;
    }

    /// <summary>The device's number.</summary>
    public LinkIndex Link { get; }

    /// <summary>Joins those who hold the device, or makes it.</summary>
    /// <param name="name">In this network namespace; of 15 bytes at most.</param>
    /// <exception cref="TunException">Another device has the name, or it may not be made.</exception>
    public static HeldTun Open(string name)
    {
        var opened = LibC.open(TunDevice.CloneDevice, LibC.O_RDWR | LibC.O_NONBLOCK | LibC.O_CLOEXEC);
        if (!opened.IsSuccess)
        {
            throw new TunException(name, $"{TunDevice.CloneDevice}: {TunDevice.Text(opened)}");
        }
        var descriptor = new FdHandle(opened.Value);
        try
        {
            var request = LibC.ifreq.Of(name);
            request.ifr_flags = LibC.IFF_TUN | LibC.IFF_NO_PI | LibC.IFF_MULTI_QUEUE;
            Check(name, LibC.ioctl(descriptor, LibC.TUNSETIFF, ref request));
            Check(name, LibC.ioctl(descriptor, LibC.TUNGETIFF, ref request));
            return (request.ifr_flags & LibC.IFF_PERSIST) == 0
                ? new HeldTun(descriptor, new LinkIndex(TunDevice.Ask(name, LibC.SIOCGIFINDEX).ifr_ifindex))
                : throw new TunException(name, "it is persistent: what leads to it would outlive this process");
        }
        catch
        {
            descriptor.Dispose();
            throw;
        }
    }

    /// <summary>Joins those who hold the device; null where nobody does, or it is none to be joined.</summary>
    public static HeldTun? TryJoin(string name)
    {
        try
        {
            TunDevice.Ask(name, LibC.SIOCGIFINDEX);
            return Open(name);
        }
        catch (TunException)
        {
            return null; // Whoever wants to hold it for good finds the same, and says so.
        }
    }

    /// <summary>Sets it up, without addresses of its own.</summary>
    /// <exception cref="SystemCallException">It is gone, or may not be set up.</exception>
    public void SetUp()
    {
        using var socket = RoutingSocket.Open();
        var changes = new RoutingBatch();
        changes.SetUp(Link);
        // What it is told of addresses does not matter where there is no IPv6.
        socket.Apply(changes)[^1].ThrowOnError();
    }

    /// <summary>Lets go: the device stays if another process holds it.</summary>
    public void Dispose() => _descriptor.Dispose();

    private static void Check(string name, SysResult result)
    {
        if (!result.IsSuccess)
        {
            throw new TunException(name, result.Errno switch
            {
                LibC.EINVAL => "another device has this name",
                LibC.EPERM => "needs CAP_NET_ADMIN",
                _ => TunDevice.Text(result),
            });
        }
    }
}

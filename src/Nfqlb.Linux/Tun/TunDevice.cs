using System.Runtime.InteropServices;
using System.Text;
using Nfqlb.Fragments;
using Nfqlb.Linux.Interop;
using Nfqlb.Linux.Netlink.Routing;
using Nfqlb.Routing;

namespace Nfqlb.Linux.Tun;

/// <summary>A tun device, attached: what is written to it the kernel receives as if it came from a link.</summary>
/// <remarks>
/// Linux, Documentation/networking/tuntap.rst. One packet a write, without a header in front (IFF_NO_PI). The kernel
/// queues what is sent the other way, up to the device's txqueuelen; nobody reads it.
/// </remarks>
public sealed class TunDevice : IReinjection, IDisposable
{
    internal const string CloneDevice = "/dev/net/tun";
    private const int MostNameBytes = LibC.IFNAMSIZ - 1;

    private readonly FdHandle _descriptor;
    private long _written;
    private long _refused;

    private TunDevice(string name, FdHandle descriptor, LinkIndex link, bool isUp, int mtuBytes)
    {
        Name = name;
        Link = link;
        IsUp = isUp;
        MtuBytes = mtuBytes;
        _descriptor = descriptor;
    }

    /// <summary>The device's name.</summary>
    public string Name { get; }

    /// <summary>The device's number: by this link what was written comes in.</summary>
    public LinkIndex Link { get; }

    /// <summary>Whether the device was up when it was opened; one that is down takes no packet.</summary>
    public bool IsUp { get; }

    /// <summary>The device's MTU when it was opened.</summary>
    public int MtuBytes { get; }

    /// <summary>Packets the kernel has taken.</summary>
    public long Written => Volatile.Read(ref _written);

    /// <summary>Packets the kernel has not taken: the device was down, gone or out of memory, or it was no IP packet.
    /// </summary>
    public long Refused => Volatile.Read(ref _refused);

    /// <summary>Attaches to a device that exists, as its only user or as one of several (multi_queue).</summary>
    /// <remarks>One that does not exist is not made: it would be down, and gone when it is let go.</remarks>
    /// <param name="name">Of a tun device in this network namespace.</param>
    /// <exception cref="TunException">There is none, it is another kind of device, or it may not be used.</exception>
    public static TunDevice Open(string name)
    {
        if (name.Length == 0 || Encoding.UTF8.GetByteCount(name) > MostNameBytes)
        {
            throw new TunException(name, $"the name must have 1 to {MostNameBytes} bytes");
        }
        bool isUp = (Ask(name, LibC.SIOCGIFFLAGS).ifr_flags & LibC.IFF_UP) != 0;
        var link = new LinkIndex(Ask(name, LibC.SIOCGIFINDEX).ifr_ifindex);
        int mtuBytes = Ask(name, LibC.SIOCGIFMTU).ifr_mtu;
        var opened = LibC.open(CloneDevice, LibC.O_RDWR | LibC.O_NONBLOCK | LibC.O_CLOEXEC);
        if (!opened.IsSuccess)
        {
            throw new TunException(name, $"{CloneDevice}: {Text(opened)}");
        }
        var descriptor = new FdHandle(opened.Value);
        var attached = Attach(descriptor, name);
        if (!attached.IsSuccess)
        {
            descriptor.Dispose();
            throw new TunException(name, ReasonOf(attached));
        }
        return new TunDevice(name, descriptor, link, isUp, mtuBytes);
    }

    /// <inheritdoc/>
    /// <remarks>One write(2); allocates nothing.</remarks>
    public bool TryWrite(ReadOnlySpan<byte> packet)
    {
        bool isTaken = LibC.write(_descriptor, packet).IsSuccess;
        Interlocked.Increment(ref isTaken ? ref _written : ref _refused);
        return isTaken;
    }

    /// <summary>Lets go of the device, which stays.</summary>
    public void Dispose() => _descriptor.Dispose();

    /// <remarks>The kernel wants to be told what the device is: a mismatch is EINVAL (tun_set_iff of tun.c).</remarks>
    private static SysResult Attach(FdHandle descriptor, string name)
    {
        var alone = TrySetFlags(descriptor, name, LibC.IFF_TUN | LibC.IFF_NO_PI);
        return alone.Errno == LibC.EINVAL
            ? TrySetFlags(descriptor, name, LibC.IFF_TUN | LibC.IFF_NO_PI | LibC.IFF_MULTI_QUEUE)
            : alone;
    }

    private static SysResult TrySetFlags(FdHandle descriptor, string name, int flags)
    {
        var request = LibC.ifreq.Of(name);
        request.ifr_flags = (short)flags;
        return LibC.ioctl(descriptor, LibC.TUNSETIFF, ref request);
    }

    private static string ReasonOf(SysResult refused) => refused.Errno switch
    {
        LibC.EINVAL => "not a tun device",
        LibC.EBUSY => "another process uses it, and it is not multi_queue",
        LibC.EPERM => "needs CAP_NET_ADMIN, or to be its user",
        _ => Text(refused),
    };

    /// <summary>The network devices of a namespace answer on any socket of it.</summary>
    internal static LibC.ifreq Ask(string name, uint question)
    {
        using var socket = new FdHandle(
            LibC.socket(LibC.AF_INET, LibC.SOCK_DGRAM | LibC.SOCK_CLOEXEC, protocol: 0).ThrowOnError("socket", name));
        var request = LibC.ifreq.Of(name);
        var answer = LibC.ioctl(socket, question, ref request);
        return answer.IsSuccess
            ? request
            : throw new TunException(name, answer.Errno == LibC.ENODEV ? "no such device" : Text(answer));
    }

    internal static string Text(SysResult refused) => Marshal.GetPInvokeErrorMessage(refused.Errno);
}

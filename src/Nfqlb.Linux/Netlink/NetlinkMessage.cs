using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using static Nfqlb.Linux.Netlink.Uapi.UapiNetlink;

namespace Nfqlb.Linux.Netlink;

/// <summary>One received message, seen in the buffer it was received into. Valid until the next receive.</summary>
internal readonly ref struct NetlinkMessage
{
    private readonly nlmsghdr _header;

    private NetlinkMessage(nlmsghdr header, ReadOnlySpan<byte> payload)
    {
        _header = header;
        Payload = payload;
    }

    /// <summary>What it is: NLMSG_ERROR, NLMSG_DONE, or a type of the family.</summary>
    public ushort Type => _header.nlmsg_type;

    /// <summary>NLM_F_ bits.</summary>
    public ushort Flags => _header.nlmsg_flags;

    /// <summary>The number of the request that this answers.</summary>
    public uint Sequence => _header.nlmsg_seq;

    /// <summary>The port id of the socket whose request this answers.</summary>
    public uint PortId => _header.nlmsg_pid;

    /// <summary>All behind nlmsghdr: the family's header and attributes.</summary>
    public ReadOnlySpan<byte> Payload { get; }

    /// <summary>Cuts the first message off a datagram that is not empty.</summary>
    /// <remarks>The last message of a datagram need not be padded.</remarks>
    /// <exception cref="NetlinkException">Its length is not possible: EBADMSG.</exception>
    public static NetlinkMessage Take(ref ReadOnlySpan<byte> datagram)
    {
        if (!MemoryMarshal.TryRead(datagram, out nlmsghdr header)
            || header.nlmsg_len < Unsafe.SizeOf<nlmsghdr>()
            || header.nlmsg_len > datagram.Length)
        {
            throw NetlinkException.Malformed($"a message of {header.nlmsg_len} bytes in {datagram.Length}");
        }

        int length = (int)header.nlmsg_len;
        var payload = datagram[Unsafe.SizeOf<nlmsghdr>()..length];
        datagram = datagram[Padded(length, datagram.Length)..];
        return new NetlinkMessage(header, payload);
    }

    /// <summary>The family's header, a struct of a kernel header, and the attributes behind it.</summary>
    /// <exception cref="NetlinkException">The message is shorter: EBADMSG.</exception>
    public NetlinkAttributes Read<T>(out T header)
        where T : unmanaged
    {
        if (!MemoryMarshal.TryRead(Payload, out header))
        {
            throw NetlinkException.Malformed($"{Payload.Length} bytes for struct {typeof(T).Name}");
        }

        return new NetlinkAttributes(Payload[Padded(Unsafe.SizeOf<T>(), Payload.Length)..]);
    }

    /// <summary>A length with its padding, as far as there is any.</summary>
    internal static int Padded(int length, int available) =>
        (int)Math.Min((uint)(length + NLMSG_ALIGNTO - 1) & ~(uint)(NLMSG_ALIGNTO - 1), (uint)available);
}

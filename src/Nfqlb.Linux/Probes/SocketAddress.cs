using System.Buffers.Binary;
using Nfqlb.Linux.Interop;
using Nfqlb.Packets;

namespace Nfqlb.Linux.Probes;

/// <summary>An address and a port as bytes for the kernel: <c>struct sockaddr_in</c>, <c>struct sockaddr_in6</c>
/// (netinet/in.h).</summary>
internal static class SocketAddress
{
    /// <summary>Of the longer one.</summary>
    public const int MostBytes = 28;

    private const int Ipv4Bytes = 16;

    /// <summary>Writes it.</summary>
    /// <returns>The bytes that are used.</returns>
    public static ReadOnlySpan<byte> Write(Span<byte> room, Address address, ushort port)
    {
        room.Clear();
        BinaryPrimitives.WriteUInt16BigEndian(room[2..], port);
        if (address.IsIpv4)
        {
            BitConverter.TryWriteBytes(room, (ushort)LibC.AF_INET);
            BinaryPrimitives.WriteUInt32BigEndian(room[4..], (uint)address.Low);
            return room[..Ipv4Bytes];
        }
        BitConverter.TryWriteBytes(room, (ushort)LibC.AF_INET6);
        BinaryPrimitives.WriteUInt64BigEndian(room[8..], address.High);
        BinaryPrimitives.WriteUInt64BigEndian(room[16..], address.Low);
        return room[..MostBytes];
    }

    /// <summary>True for bytes of the kernel that are of this address, whatever their port.</summary>
    /// <param name="bytes">Of at least <see cref="MostBytes"/>.</param>
    /// <param name="address">The address.</param>
    public static bool IsOf(ReadOnlySpan<byte> bytes, Address address)
    {
        Span<byte> room = stackalloc byte[MostBytes];
        Write(room, address, port: 0);
        var part = address.IsIpv4 ? 4..8 : 8..24;
        return bytes[part].SequenceEqual(room[part]) && bytes[..2].SequenceEqual(room[..2]);
    }
}

using System.Buffers.Binary;
using Nfqlb.Flows;
using Nfqlb.Packets;
using Nfqlb.Routing;

namespace Nfqlb.Linux.Netlink.Routing;

/// <summary>Addresses as rtnetlink has them: 4 or 16 bytes, and prefix lengths that start from there.</summary>
internal static class AddressAttribute
{
    private const int Ipv4Bytes = 4;
    private const int Ipv6Bytes = 16;

    /// <summary>Writes an address that is known to be of the family.</summary>
    public static void Address(this NetlinkWriter writer, ushort type, IpFamily family, Address address) =>
        address.CopyTo(writer.Value(type, family == IpFamily.Ipv4 ? Ipv4Bytes : Ipv6Bytes));

    /// <summary>Writes the last four bytes of an address, or all of them.</summary>
    public static void CopyTo(this Address address, Span<byte> bytes)
    {
        if (bytes.Length == Ipv4Bytes)
        {
            BinaryPrimitives.WriteUInt32BigEndian(bytes, (uint)address.Low);
        }
        else
        {
            BinaryPrimitives.WriteUInt64BigEndian(bytes, address.High);
            BinaryPrimitives.WriteUInt64BigEndian(bytes[sizeof(ulong)..], address.Low);
        }
    }

    /// <summary>Reads an address by its length.</summary>
    /// <exception cref="NetlinkException">It has neither 4 nor 16 bytes: EBADMSG.</exception>
    public static Address Read(ReadOnlySpan<byte> bytes) => bytes.Length switch
    {
        Ipv4Bytes => Packets.Address.FromIpv4(BinaryPrimitives.ReadUInt32BigEndian(bytes)),
        Ipv6Bytes => Packets.Address.FromIpv6(bytes),
        _ => throw NetlinkException.Malformed($"an address of {bytes.Length} bytes"),
    };

    /// <summary>A block from its address, null for all zero, and the family's prefix length.</summary>
    public static Cidr Block(IpFamily family, Address? address, byte length) =>
        new(address ?? FamilyAddress.Everything(family).Base, length + FamilyAddress.Everything(family).PrefixLength);

    /// <summary>A table's number as it stands in a message's header, where it has a byte: 0 when it does not
    /// fit.</summary>
    public static byte InHeader(this RoutingTable table) => table.Id <= byte.MaxValue ? (byte)table.Id : (byte)0;
}

using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using Nfqlb.Flows;
using Nfqlb.Packets;

namespace Nfqlb.Linux.Netlink.Routing;

/// <summary>Addresses as rtnetlink has them: 4 or 16 bytes, and prefix lengths that start from there.</summary>
internal static class AddressAttribute
{
    private const int Ipv4Bytes = 4;
    private const int Ipv6Bytes = 16;
    private const int Ipv4PrefixBits = 96;

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
        new(address ?? Everything(family).Base, length + Everything(family).PrefixLength);

    /// <summary>0.0.0.0/0 or ::/0.</summary>
    public static Cidr Everything(IpFamily family) =>
        family == IpFamily.Ipv4 ? new Cidr(Packets.Address.FromIpv4(0), Ipv4PrefixBits) : default;

    /// <summary>The prefix length as the family counts it: 0 to 32, or 0 to 128.</summary>
    public static byte LengthIn(this Cidr block, IpFamily family) =>
        (byte)(block.PrefixLength - Everything(family).PrefixLength);

    /// <summary>As ip(8) reads and writes it: IPv4 without ::ffff:.</summary>
    public static string Words(Address address) =>
        address.IsIpv4 ? $"{address}".Replace("::ffff:", "", StringComparison.Ordinal) : $"{address}";

    /// <summary>The same of a block.</summary>
    public static string Words(IpFamily family, Cidr block) => block == Everything(family)
        ? "default"
        : $"{Words(block.Base)}/{block.LengthIn(family)}";

    /// <summary>The block, if it is of the family.</summary>
    /// <exception cref="ArgumentException">It is not.</exception>
    [return: NotNullIfNotNull(nameof(block))]
    public static Cidr? Of(IpFamily family, Cidr? block, string name) =>
        block is not { } given || family == IpFamily.Ipv6
            || (given.Base.IsIpv4 && given.PrefixLength >= Ipv4PrefixBits)
            ? block
            : throw new ArgumentException($"{given} is not IPv4", name);
}

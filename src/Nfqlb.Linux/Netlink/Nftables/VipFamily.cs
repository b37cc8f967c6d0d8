using System.Buffers.Binary;
using Nfqlb.Packets;
using static Nfqlb.Linux.Netlink.Nftables.UapiNftables;

namespace Nfqlb.Linux.Netlink.Nftables;

/// <summary>What differs between the two IP versions in the table: the set of the VIPs, and where in a packet their
/// addresses stand.</summary>
internal sealed class VipFamily
{
    private VipFamily()
    {
    }

    public static VipFamily Ipv4 { get; } = new()
    {
        SetName = "vip4",
        SetId = 1,
        KeyType = 7,
        AddressBytes = 4,
        Protocol = NFPROTO_IPV4,
        SourceOffset = 12,
        DestinationOffset = 16,
    };

    public static VipFamily Ipv6 { get; } = new()
    {
        SetName = "vip6",
        SetId = 2,
        KeyType = 8,
        AddressBytes = 16,
        Protocol = NFPROTO_IPV6,
        SourceOffset = 8,
        DestinationOffset = 24,
    };

    public static VipFamily[] Both { get; } = [Ipv4, Ipv6];

    public required string SetName { get; init; }

    /// <summary>Names the set within one batch.</summary>
    public required uint SetId { get; init; }

    /// <summary>What nft takes the key for when it lists the set: its `ipv4_addr` or `ipv6_addr`.</summary>
    public required uint KeyType { get; init; }

    public required int AddressBytes { get; init; }

    public required byte Protocol { get; init; }

    /// <summary>Of the source address in the network header, bytes.</summary>
    public required uint SourceOffset { get; init; }

    /// <summary>Of the destination address in the network header, bytes.</summary>
    public required uint DestinationOffset { get; init; }

    /// <summary>How much shorter a prefix length is here than in an <see cref="Flows.Cidr"/>.</summary>
    public int MappedBits => 128 - 8 * AddressBytes;

    /// <summary>All addresses of the family.</summary>
    public (Address First, Address Last) Space => this == Ipv4
        ? (Address.FromIpv4(0), Address.FromIpv4(uint.MaxValue))
        : (default, new Address(ulong.MaxValue, ulong.MaxValue));

    /// <summary>An address as a packet has it.</summary>
    public byte[] Bytes(Address address)
    {
        Span<byte> bytes = stackalloc byte[16];
        BinaryPrimitives.WriteUInt64BigEndian(bytes, address.High);
        BinaryPrimitives.WriteUInt64BigEndian(bytes[8..], address.Low);
        return bytes[^AddressBytes..].ToArray();
    }

    /// <summary>An address from the bytes of a packet or a key.</summary>
    /// <exception cref="NetlinkException">They are too few: EBADMSG.</exception>
    public Address ReadAddress(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < AddressBytes)
        {
            throw NetlinkException.Malformed($"an address of {bytes.Length} bytes in set {SetName}");
        }

        return this == Ipv4
            ? Address.FromIpv4(BinaryPrimitives.ReadUInt32BigEndian(bytes))
            : Address.FromIpv6(bytes);
    }

    /// <summary>As people write an address of this family.</summary>
    public string Text(Address address)
    {
        string text = address.ToString();
        return this == Ipv4 ? text["::ffff:".Length..] : text;
    }
}

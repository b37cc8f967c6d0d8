using Nfqlb.Flows;
using Nfqlb.Packets;

namespace Nfqlb.Tests.Flows.Index;

/// <summary>A block of addresses as a range of numbers, which shares nothing with the product's masks.</summary>
/// <param name="First">All bits behind the prefix are 0.</param>
/// <param name="Length">0 to 128.</param>
internal readonly record struct PlainBlock(UInt128 First, int Length)
{
    private const int AddressBits = 128;
    private const int Ipv4Bits = 32;

    public UInt128 Last => Length == 0 ? UInt128.MaxValue : First + (UInt128.One << (AddressBits - Length)) - 1;

    /// <summary>The block of this length that the address lies in.</summary>
    public static PlainBlock Around(UInt128 address, int length) =>
        new(length == 0 ? 0 : address >> (AddressBits - length) << (AddressBits - length), length);

    /// <summary>An IPv4 block by its own length, 0 to 32.</summary>
    public static PlainBlock AroundV4(uint address, int length) =>
        Around(V4(address), AddressBits - Ipv4Bits + length);

    public static UInt128 V4(uint address) => (UInt128)0xffff << Ipv4Bits | address;

    public static Address AddressOf(UInt128 number) => new((ulong)(number >> 64), (ulong)number);

    public bool Contains(UInt128 address) => First <= address && address <= Last;

    public Cidr ToCidr() => new(AddressOf(First), Length);

    /// <summary>Often at an edge of the block: its first and last address, and those beside it.</summary>
    public UInt128 AddressNear(Random random) => random.Next(6) switch
    {
        0 => First,
        1 => Last,
        2 => unchecked(First - 1),
        3 => unchecked(Last + 1),
        _ => First + (PlainPacket.RandomAddress(random) & (Last - First)),
    };
}

using System.Diagnostics.CodeAnalysis;
using Nfqlb.Flows;
using Nfqlb.Packets;

namespace Nfqlb.Routing;

/// <summary>Addresses and blocks of a family, in the words of ip(8).</summary>
public static class FamilyAddress
{
    private const int Ipv4PrefixBits = 96;

    /// <summary>0.0.0.0/0 or ::/0.</summary>
    public static Cidr Everything(IpFamily family) =>
        family == IpFamily.Ipv4 ? new Cidr(Address.FromIpv4(0), Ipv4PrefixBits) : default;

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

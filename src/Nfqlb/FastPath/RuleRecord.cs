using Nfqlb.Flows;
using Nfqlb.Packets;
using static Nfqlb.FastPath.FastPathLayout;

namespace Nfqlb.FastPath;

/// <summary>One combination of a flow's conditions, each a single block or range, as it stands in a list.</summary>
/// <param name="Source">Block of the source.</param>
/// <param name="Destination">Block of the destination.</param>
/// <param name="DestinationPorts">0 to 65,535 for any.</param>
/// <param name="SourcePorts">Likewise.</param>
/// <param name="Flags">Protocols, and FASTPATH_RULE_ASK.</param>
/// <param name="Pool">Place of the pool; 0 where packets are left to the queue anyway.</param>
/// <param name="Counter">Place of the flow's count; likewise.</param>
internal readonly record struct RuleRecord(
    Cidr Source,
    Cidr Destination,
    PortRange DestinationPorts,
    PortRange SourcePorts,
    uint Flags,
    int Pool,
    int Counter)
{
    /// <summary>Every port, also none at all.</summary>
    public static readonly PortRange AnyPort = new(0, ushort.MaxValue);

    /// <summary>The word that gives all packets to its flow; 0, for none, where they are left to user space.</summary>
    public uint FlowWord => (Flags & FASTPATH_RULE_ASK) != 0
        ? 0
        : FASTPATH_FLOW | (uint)Pool << FASTPATH_FLOW_POOL_SHIFT | (uint)Counter;

    /// <summary>Writes it as the kernel reads it.</summary>
    public void WriteTo(Span<uint> words, bool isLast)
    {
        WriteAddress(words[FASTPATH_RULE_SOURCE_HIGH..], Source.Base);
        WriteAddress(words[FASTPATH_RULE_DESTINATION_HIGH..], Destination.Base);
        words[FASTPATH_RULE_SOURCE_LENGTH] = (uint)Source.PrefixLength;
        words[FASTPATH_RULE_DESTINATION_LENGTH] = (uint)Destination.PrefixLength;
        words[FASTPATH_RULE_DESTINATION_PORTS] = WordOf(DestinationPorts);
        words[FASTPATH_RULE_SOURCE_PORTS] = WordOf(SourcePorts);
        words[FASTPATH_RULE_FLAGS] = Flags | (isLast ? FASTPATH_RULE_LAST : 0);
        words[FASTPATH_RULE_POOL] = (uint)Pool;
        words[FASTPATH_RULE_COUNTER] = (uint)Counter;
    }

    /// <summary>An address takes four words, as two numbers of 64 bits in the byte order of this host.</summary>
    public static void WriteAddress(Span<uint> words, Address address)
    {
        WriteLong(words, address.High);
        WriteLong(words[2..], address.Low);
    }

    /// <summary>The kernel reads both words as one number, whose lower half stands first on the hosts we run on.
    /// </summary>
    public static void WriteLong(Span<uint> words, ulong value)
    {
        words[0] = (uint)value;
        words[1] = (uint)(value >> 32);
    }

    /// <summary>What <see cref="WriteAddress"/> has written.</summary>
    public static Address ReadAddress(ReadOnlySpan<uint> words) => new(ReadLong(words), ReadLong(words[2..]));

    /// <summary>What <see cref="WriteLong"/> has written.</summary>
    public static ulong ReadLong(ReadOnlySpan<uint> words) => words[0] | (ulong)words[1] << 32;

    /// <summary>A range of ports in a word.</summary>
    public static uint WordOf(PortRange ports) => ports.First | (uint)ports.Last << 16;
}

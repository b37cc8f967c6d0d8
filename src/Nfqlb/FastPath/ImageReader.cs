using Nfqlb.Flows;
using Nfqlb.Flows.Index;
using Nfqlb.Packets;
using static Nfqlb.FastPath.FastPathLayout;

namespace Nfqlb.FastPath;

/// <summary>Finds in an image what the program in the kernel finds in it (native/fastpath/find.bpf.h).</summary>
/// <param name="side">From its begin.</param>
internal readonly ref struct ImageReader(ReadOnlySpan<uint> side)
{
    private readonly ReadOnlySpan<uint> _side = side;

    /// <summary>Whether any packet to an address may be decided.</summary>
    public bool Knows(Address destination) => !SlotOf(destination).IsEmpty;

    /// <summary>The places of the pool and the count of the packet's flow; null where it is left to user space.
    /// </summary>
    /// <param name="key">Of TCP, UDP or SCTP.</param>
    public (int Pool, int Counter)? FlowOf(in PacketKey key)
    {
        var slot = SlotOf(key.Destination);
        int protocol = key.Protocol switch
        {
            IpProtocol.Tcp => FASTPATH_TCP,
            IpProtocol.Udp => FASTPATH_UDP,
            _ => FASTPATH_SCTP,
        };
        uint end = slot.IsEmpty ? 0 : EndOf(slot, protocol, key.DestinationPort);
        if ((end & FASTPATH_FLOW) != 0)
        {
            return ((int)(end & ~FASTPATH_FLOW) >> FASTPATH_FLOW_POOL_SHIFT, (int)end & FASTPATH_FLOWS_MAX - 1);
        }
        for (int i = 0; end != 0 && i < FASTPATH_RULES_MAX; i++)
        {
            var rule = _side.Slice((int)end + i * FASTPATH_RULE_WORDS, FASTPATH_RULE_WORDS);
            if (Accepts(rule, protocol, key))
            {
                return (rule[FASTPATH_RULE_FLAGS] & FASTPATH_RULE_ASK) != 0
                    ? null
                    : ((int)rule[FASTPATH_RULE_POOL], (int)rule[FASTPATH_RULE_COUNTER]);
            }
            if ((rule[FASTPATH_RULE_FLAGS] & FASTPATH_RULE_LAST) != 0)
            {
                break;
            }
        }
        return null;
    }

    /// <summary>Of the longest prefix that contains the destination; empty for none.</summary>
    private ReadOnlySpan<uint> SlotOf(Address destination)
    {
        int table = (int)_side[FASTPATH_HEAD_SLOTS];
        uint mask = _side[FASTPATH_HEAD_MASK];
        ulong seed = RuleRecord.ReadLong(_side[FASTPATH_HEAD_SEED..]);
        for (int i = 0; i < _side[FASTPATH_HEAD_LENGTHS]; i++)
        {
            int length = (int)_side[FASTPATH_HEAD_LENGTH + i];
            var first = Prefix.Mask(destination, length);
            uint home = DestinationTable.Hash(first, length, seed);
            for (uint probe = 0; probe < FASTPATH_PROBES_MAX; probe++)
            {
                var slot = _side.Slice(
                    table + (int)((home + probe) & mask) * FASTPATH_SLOT_WORDS, FASTPATH_SLOT_WORDS);
                if ((ushort)slot[FASTPATH_SLOT_LENGTH] == ((uint)length | FASTPATH_SLOT_USED)
                    && RuleRecord.ReadAddress(slot[FASTPATH_SLOT_HIGH..]) == first)
                {
                    return slot;
                }
                if (slot[FASTPATH_SLOT_LENGTH] == 0)
                {
                    break;
                }
            }
        }
        return [];
    }

    private uint EndOf(ReadOnlySpan<uint> slot, int protocol, ushort port)
    {
        if ((slot[FASTPATH_SLOT_LENGTH] & FASTPATH_SLOT_FOR_PROTOCOL << protocol) != 0
            && IsAmong(slot[FASTPATH_SLOT_PORTS], port))
        {
            return slot[FASTPATH_SLOT_END];
        }
        if (slot[FASTPATH_SLOT_OTHERS] == 0)
        {
            return 0;
        }
        uint others = _side[(int)slot[FASTPATH_SLOT_OTHERS] + protocol];
        if ((others & FASTPATH_DIRECTORY) == 0)
        {
            return others;
        }
        uint page = _side[(int)(others & ~FASTPATH_DIRECTORY) + port / FASTPATH_DIRECTORY_WORDS];
        return _side[(int)page + port % FASTPATH_DIRECTORY_WORDS];
    }

    private static bool Accepts(ReadOnlySpan<uint> rule, int protocol, in PacketKey key) =>
        (rule[FASTPATH_RULE_FLAGS] & FASTPATH_RULE_FOR_PROTOCOL << protocol) != 0
        && IsAmong(rule[FASTPATH_RULE_DESTINATION_PORTS], key.DestinationPort)
        && IsAmong(rule[FASTPATH_RULE_SOURCE_PORTS], key.SourcePort)
        && BlockAt(rule, FASTPATH_RULE_DESTINATION_HIGH, FASTPATH_RULE_DESTINATION_LENGTH).Contains(key.Destination)
        && BlockAt(rule, FASTPATH_RULE_SOURCE_HIGH, FASTPATH_RULE_SOURCE_LENGTH).Contains(key.Source);

    private static bool IsAmong(uint ports, ushort port) => port >= (ushort)ports && port <= ports >> 16;

    private static Cidr BlockAt(ReadOnlySpan<uint> rule, int address, int length) =>
        new(RuleRecord.ReadAddress(rule[address..]), (int)rule[length]);
}

using Nfqlb.FastPath;
using Nfqlb.Tests.Flows.Index;
using static Nfqlb.FastPath.FastPathLayout;

namespace Nfqlb.Tests.FastPath;

/// <summary>Reads an image as layout.h says, slowly: what the program in the kernel would find in it.</summary>
internal sealed class PlainImage
{
    private readonly ReadOnlyMemory<uint> _words;

    /// <summary>Slots by the length of their prefix, longest first, and by its first address.</summary>
    private readonly SortedDictionary<int, Dictionary<UInt128, int>> _slots = [];

    /// <param name="words">From the begin of a side.</param>
    public PlainImage(ReadOnlyMemory<uint> words)
    {
        _words = words;
        for (int i = 0; i <= At(FASTPATH_HEAD_MASK); i++)
        {
            int slot = (int)At(FASTPATH_HEAD_SLOTS) + i * FASTPATH_SLOT_WORDS;
            if (At(slot + FASTPATH_SLOT_LENGTH) is var used and > 0)
            {
                int length = (int)(used % 65_536 - FASTPATH_SLOT_USED);
                _slots.TryAdd(-length, []);
                _slots[-length].Add(AddressAt(slot), slot);
            }
        }
    }

    /// <summary>The count of the flow that takes a packet; null where it is left to user space.</summary>
    public int? FlowOf(PlainPacket packet)
    {
        int protocol = packet.Protocol switch
        {
            PlainPacket.Tcp => FASTPATH_TCP,
            PlainPacket.Udp => FASTPATH_UDP,
            PlainPacket.Sctp => FASTPATH_SCTP,
            _ => -1,
        };
        if (protocol < 0 || SlotOf(packet.Destination) is not { } slot)
        {
            return null;
        }
        uint list = EndOf(slot, protocol, packet.DestinationPort);
        if (list is >= FASTPATH_FLOW and < FASTPATH_DIRECTORY)
        {
            return (int)list % FASTPATH_FLOWS_MAX;
        }
        for (int i = 0; list != 0 && i < FASTPATH_RULES_MAX; i++)
        {
            int rule = (int)list + i * FASTPATH_RULE_WORDS;
            uint flags = At(rule + FASTPATH_RULE_FLAGS);
            if (Accepts(rule, protocol, packet))
            {
                return (flags & FASTPATH_RULE_ASK) != 0 ? null : (int)At(rule + FASTPATH_RULE_COUNTER);
            }
            if ((flags & FASTPATH_RULE_LAST) != 0)
            {
                return null;
            }
        }
        return null;
    }

    /// <summary>The slot whose prefix is the longest that contains an address.</summary>
    private int? SlotOf(UInt128 address)
    {
        foreach (var (negated, slots) in _slots)
        {
            if (slots.TryGetValue(PlainBlock.Around(address, -negated).First, out int slot))
            {
                return slot;
            }
        }
        return null;
    }

    private uint EndOf(int slot, int protocol, int port)
    {
        if ((At(slot + FASTPATH_SLOT_LENGTH) / FASTPATH_SLOT_FOR_PROTOCOL >> protocol & 1) == 1
            && IsAmong(At(slot + FASTPATH_SLOT_PORTS), port))
        {
            return At(slot + FASTPATH_SLOT_END);
        }
        int services = (int)At(slot + FASTPATH_SLOT_OTHERS);
        uint others = services == 0 ? 0 : At(services + protocol);
        if (others < FASTPATH_DIRECTORY)
        {
            return others;
        }
        uint page = At((int)(others - FASTPATH_DIRECTORY) + port / 256);
        return At((int)page + port % 256);
    }

    private bool Accepts(int rule, int protocol, PlainPacket packet) =>
        (At(rule + FASTPATH_RULE_FLAGS) >> protocol & 1) == 1
        && IsAmong(At(rule + FASTPATH_RULE_DESTINATION_PORTS), packet.DestinationPort)
        && IsAmong(At(rule + FASTPATH_RULE_SOURCE_PORTS), packet.SourcePort)
        && BlockAt(rule + FASTPATH_RULE_SOURCE_HIGH, rule + FASTPATH_RULE_SOURCE_LENGTH).Contains(packet.Source)
        && BlockAt(rule + FASTPATH_RULE_DESTINATION_HIGH, rule + FASTPATH_RULE_DESTINATION_LENGTH)
            .Contains(packet.Destination);

    private static bool IsAmong(uint ports, int port) => port >= ports % 65_536 && port <= ports / 65_536;

    private PlainBlock BlockAt(int address, int length) => new(AddressAt(address), (int)At(length));

    private UInt128 AddressAt(int word) =>
        ((UInt128)At(word + 1) << 96) + ((UInt128)At(word) << 64) + ((UInt128)At(word + 3) << 32) + At(word + 2);

    private uint At(int word) => _words.Span[word];
}

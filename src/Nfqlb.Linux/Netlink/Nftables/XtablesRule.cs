using Nfqlb.Filters;
using Nfqlb.Linux.Netlink.Nftables.Expressions;
using Nfqlb.Queues;

namespace Nfqlb.Linux.Netlink.Nftables;

/// <summary>Matches and targets of xtables, as far as they decide what becomes of packets. Numbers are in host order.
/// </summary>
internal static class XtablesRule
{
    /// <summary>XT_CONNMARK_RESTORE: the connection's mark is given to the packet.</summary>
    private const byte Restore = 2;

    /// <summary>XT_CONNTRACK_STATE: of all that this match can ask, the state alone; XT_CONNTRACK_STATE_ALIAS: typed as
    /// `-m state`.</summary>
    private const ushort ConnectionState = 1, AsState = 1 << 13;

    /// <summary>XT_CONNTRACK_STATE_UNTRACKED, which nftables numbers in another way; lower ones are the same.</summary>
    private const uint Untracked = 1 << 8, Alike = 0xf;

    /// <summary>A rule, with a target.</summary>
    /// <param name="rule">What is known of it.</param>
    /// <param name="target">The target's name.</param>
    /// <param name="info">Its options, as the kernel has them.</param>
    public static FilterRule After(FilterRule rule, string target, byte[] info)
    {
        switch (target)
        {
            case "NFQUEUE" when info.Length >= 6: // struct xt_NFQ_info_v3, as all before it begin
                ushort first = BitConverter.ToUInt16(info), total = BitConverter.ToUInt16(info, 2);
                var queue = QueueRule.Of(first, Math.Max(total, (ushort)1), BitConverter.ToUInt16(info, 4));
                return rule with
                {
                    Queue = queue,
                    Verdict = queue is null ? FilterVerdict.Unknown : FilterVerdict.Queue,
                };
            case "REJECT": return rule with { Verdict = FilterVerdict.Drop };
            case "DNAT" or "REDIRECT" or "NETMAP" or "TPROXY": return rule with { Verdict = FilterVerdict.Translate };
            case "MARK" when info.Length >= 8: // struct xt_mark_tginfo2: what is set, and which bits are cleared
                uint set = BitConverter.ToUInt32(info), cleared = BitConverter.ToUInt32(info, 4);
                bool isPlain = (set & ~cleared) == 0; // Else bits are turned over.
                return rule with { Mark = new FilterMark(set | cleared, isPlain ? set : null) };
            case "CONNMARK" when info.Length > 12 && info[12] == Restore: // struct xt_connmark_tginfo1
                return rule with { Mark = new FilterMark(uint.MaxValue, null) };
            case "CONNMARK" or "LOG" or "NFLOG" or "CT" or "TCPMSS" or "SNAT" or "MASQUERADE" or "CHECKSUM":
                return rule;
            default: return rule with { Verdict = FilterVerdict.Unknown, Unknown = target };
        }
    }

    /// <summary>What a match asks.</summary>
    /// <param name="match">Its name.</param>
    /// <param name="info">Its options, as the kernel has them.</param>
    public static IEnumerable<FilterCondition> Conditions(string match, byte[] info) => (match, info.Length) switch
    {
        ("comment", _) => [],
        ("mark", > 8) => // struct xt_mark_mtinfo1
        [
            new MarkCondition(BitConverter.ToUInt32(info), BitConverter.ToUInt32(info, 4))
            {
                IsInverted = info[8] != 0,
            },
        ],
        ("conntrack", >= 154) when (BitConverter.ToUInt16(info, 146) & ~AsState) == ConnectionState =>
        // struct xt_conntrack_mtinfo3
        [
            new ConnectionCondition(StatesOf(BitConverter.ToUInt16(info, 150)))
            {
                IsInverted = (BitConverter.ToUInt16(info, 148) & ConnectionState) != 0,
            },
        ],
        ("tcp", >= 12) when info[8] == 0 && info[9] == 0 && info[11] == 0 => Ports(info),
        ("udp", >= 9) when info[8] == 0 => Ports(info),
        _ => [new UnknownCondition(match)],
    };

    private static ConnectionStates StatesOf(uint mask) =>
        (ConnectionStates)(mask & Alike) | ((mask & Untracked) != 0 ? ConnectionStates.Untracked : 0);

    /// <summary>xt_tcp and xt_udp begin alike: with two ranges of two numbers each.</summary>
    private static IEnumerable<FilterCondition> Ports(byte[] info)
    {
        for (int offset = 0; offset < 8; offset += 4)
        {
            ushort first = BitConverter.ToUInt16(info, offset), last = BitConverter.ToUInt16(info, offset + 2);
            if (first != 0 || last != ushort.MaxValue)
            {
                yield return new PortCondition(IsSource: offset == 0, first, last);
            }
        }
    }
}

using Nfqlb.Queues;
using static Nfqlb.Linux.Netlink.Nftables.UapiNftables;

namespace Nfqlb.Linux.Netlink.Nftables;

/// <summary>A queue rule as the kernel has it.</summary>
/// <remarks>The flags have the same bits in nf_tables' `queue` and in iptables' NFQUEUE.</remarks>
internal static class QueueRuleFlags
{
    extension(QueueRule rule)
    {
        /// <summary>As the kernel has them.</summary>
        public ushort Flags =>
            (ushort)((rule.Bypass ? NFT_QUEUE_FLAG_BYPASS : 0) | (rule.FanOut ? NFT_QUEUE_FLAG_CPU_FANOUT : 0));

        /// <summary>What the kernel says; null when this program cannot have written it.</summary>
        public static QueueRule? Of(ushort first, ushort total, ushort flags)
        {
            const ushort known = NFT_QUEUE_FLAG_BYPASS | NFT_QUEUE_FLAG_CPU_FANOUT;
            if (total == 0 || first + total - 1 > ushort.MaxValue || (flags & ~known) != 0)
            {
                return null;
            }

            var last = new QueueNumber((ushort)(first + total - 1));
            return new QueueRule(new QueueRange(new QueueNumber(first), last))
            {
                FanOut = (flags & NFT_QUEUE_FLAG_CPU_FANOUT) != 0,
                Bypass = (flags & NFT_QUEUE_FLAG_BYPASS) != 0,
            };
        }
    }
}

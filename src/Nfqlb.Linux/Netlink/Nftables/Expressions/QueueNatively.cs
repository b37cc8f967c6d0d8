using Nfqlb.Queues;
using static Nfqlb.Linux.Netlink.Nftables.UapiNftables;

namespace Nfqlb.Linux.Netlink.Nftables.Expressions;

/// <summary>`queue to 0-3`: hands the packet to a queue. A kernel without CONFIG_NFT_QUEUE does not know it.</summary>
internal sealed record QueueNatively(QueueRule Rule) : NftExpression
{
    public const string KernelName = "queue";

    public override string Name => KernelName;

    public static QueueNatively? ReadData(NetlinkAttributes data)
    {
        ushort first = 0, total = 0, flags = 0;
        while (data.Next())
        {
            switch (data.Type)
            {
                case NFTA_QUEUE_NUM:
                    first = data.UInt16BigEndian;
                    break;
                case NFTA_QUEUE_TOTAL:
                    total = data.UInt16BigEndian;
                    break;
                case NFTA_QUEUE_FLAGS:
                    flags = data.UInt16BigEndian;
                    break;
            }
        }

        return QueueRule.Of(first, total, flags) is { } rule ? new QueueNatively(rule) : null;
    }

    public override string ToString() => $"{Rule}";

    protected override void WriteData(NetlinkWriter writer)
    {
        using var data = writer.Nested(NFTA_EXPR_DATA);
        writer.UInt16BigEndian(NFTA_QUEUE_NUM, Rule.Queues.First.Value);
        writer.UInt16BigEndian(NFTA_QUEUE_TOTAL, (ushort)Rule.Queues.Count);
        if (Rule.Flags != 0)
        {
            writer.UInt16BigEndian(NFTA_QUEUE_FLAGS, Rule.Flags);
        }
    }
}

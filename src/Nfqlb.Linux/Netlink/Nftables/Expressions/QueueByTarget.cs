using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Nfqlb.Queues;
using static Nfqlb.Linux.Netlink.Nftables.UapiNftables;

namespace Nfqlb.Linux.Netlink.Nftables.Expressions;

/// <summary>iptables' `-j NFQUEUE` as a step of an nft rule (nft_compat): does what `queue` does, in kernels that
/// have no such.</summary>
internal sealed record QueueByTarget(QueueRule Rule) : NftExpression
{
    public const string KernelName = "target";

    private const string Target = "NFQUEUE";
    private const uint Revision = 3;

    /// <summary>XT_ALIGN: infos of targets fill whole 64-bit words.</summary>
    private const int InfoBytes = 8;

    public override string Name => KernelName;

    public static QueueByTarget? ReadData(NetlinkAttributes data)
    {
        string target = "";
        uint revision = 0;
        var info = default(xt_NFQ_info_v3);
        while (data.Next())
        {
            switch (data.Type)
            {
                case NFTA_TARGET_NAME:
                    target = data.Text;
                    break;
                case NFTA_TARGET_REV:
                    revision = data.UInt32BigEndian;
                    break;
                case NFTA_TARGET_INFO when target == Target && data.Bytes.Length >= Unsafe.SizeOf<xt_NFQ_info_v3>():
                    info = data.Fixed<xt_NFQ_info_v3>();
                    break;
            }
        }

        bool isOurs = target == Target && revision == Revision;
        return isOurs && QueueRule.Of(info.queuenum, info.queues_total, info.flags) is { } rule
            ? new QueueByTarget(rule)
            : null;
    }

    public override string ToString() => $"{Rule} (xt {Target})";

    protected override void WriteData(NetlinkWriter writer)
    {
        using var data = writer.Nested(NFTA_EXPR_DATA);
        writer.Text(NFTA_TARGET_NAME, Target);
        writer.UInt32BigEndian(NFTA_TARGET_REV, Revision);
        var info = new xt_NFQ_info_v3
        {
            queuenum = Rule.Queues.First.Value,
            queues_total = (ushort)Rule.Queues.Count,
            flags = Rule.Flags,
        };
        MemoryMarshal.Write(writer.Value(NFTA_TARGET_INFO, InfoBytes), info);
    }
}

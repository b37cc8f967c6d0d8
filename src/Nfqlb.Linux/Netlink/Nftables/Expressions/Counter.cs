using static Nfqlb.Linux.Netlink.Nftables.UapiNftables;

namespace Nfqlb.Linux.Netlink.Nftables.Expressions;

/// <summary>Counts the packets that come this far. Written, it begins at 0.</summary>
internal sealed record Counter(ulong Packets = 0, ulong Bytes = 0) : NftExpression
{
    public const string KernelName = "counter";

    public override string Name => KernelName;

    public static Counter ReadData(NetlinkAttributes data)
    {
        ulong packets = 0, bytes = 0;
        while (data.Next())
        {
            switch (data.Type)
            {
                case NFTA_COUNTER_PACKETS:
                    packets = data.UInt64BigEndian;
                    break;
                case NFTA_COUNTER_BYTES:
                    bytes = data.UInt64BigEndian;
                    break;
            }
        }

        return new Counter(packets, bytes);
    }

    /// <summary>All counters are equal: what they have counted is not what they do.</summary>
    public bool Equals(Counter? other) => other is not null;

    public override int GetHashCode() => 0;

    public override string ToString() => "counter";

    protected override void WriteData(NetlinkWriter writer)
    {
        using var data = writer.Nested(NFTA_EXPR_DATA);
    }
}

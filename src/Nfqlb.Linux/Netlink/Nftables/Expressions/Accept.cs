using static Nfqlb.Linux.Netlink.Nftables.UapiNftables;

namespace Nfqlb.Linux.Netlink.Nftables.Expressions;

/// <summary>The chain ends here: the packet goes on with the next one.</summary>
internal sealed record Accept : NftExpression
{
    public const string KernelName = "immediate";

    public override string Name => KernelName;

    public static Accept? ReadData(NetlinkAttributes data)
    {
        uint register = uint.MaxValue, code = uint.MaxValue;
        while (data.Next())
        {
            switch (data.Type)
            {
                case NFTA_IMMEDIATE_DREG:
                    register = data.UInt32BigEndian;
                    break;
                case NFTA_IMMEDIATE_DATA:
                    code = ReadCode(data.Nested);
                    break;
            }
        }

        return register == NFT_REG_VERDICT && code == NF_ACCEPT ? new Accept() : null;
    }

    public override string ToString() => "accept";

    protected override void WriteData(NetlinkWriter writer)
    {
        using var data = writer.Nested(NFTA_EXPR_DATA);
        writer.UInt32BigEndian(NFTA_IMMEDIATE_DREG, NFT_REG_VERDICT);
        using var value = writer.Nested(NFTA_IMMEDIATE_DATA);
        using var verdict = writer.Nested(NFTA_DATA_VERDICT);
        writer.UInt32BigEndian(NFTA_VERDICT_CODE, NF_ACCEPT);
    }

    private static uint ReadCode(NetlinkAttributes value)
    {
        while (value.Next())
        {
            if (value.Type != NFTA_DATA_VERDICT)
            {
                continue;
            }

            var verdict = value.Nested;
            while (verdict.Next())
            {
                if (verdict.Type == NFTA_VERDICT_CODE)
                {
                    return verdict.UInt32BigEndian;
                }
            }
        }

        return uint.MaxValue;
    }
}

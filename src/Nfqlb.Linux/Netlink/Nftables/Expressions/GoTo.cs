using static Nfqlb.Linux.Netlink.Nftables.UapiNftables;

namespace Nfqlb.Linux.Netlink.Nftables.Expressions;

/// <summary>`goto CHAIN`: goes on with the rules of a chain, and does not come back.</summary>
/// <param name="Chain">Of the same table.</param>
internal sealed record GoTo(string Chain) : NftExpression
{
    public const string KernelName = "immediate";

    public override string Name => KernelName;

    public static GoTo? ReadData(NetlinkAttributes data)
    {
        uint register = uint.MaxValue;
        string? chain = null;
        while (data.Next())
        {
            switch (data.Type)
            {
                case NFTA_IMMEDIATE_DREG:
                    register = data.UInt32BigEndian;
                    break;
                case NFTA_IMMEDIATE_DATA:
                    chain = ReadVerdict(data.Nested);
                    break;
            }
        }

        return register == NFT_REG_VERDICT && chain is not null ? new GoTo(chain) : null;
    }

    /// <summary>The chain that a verdict goes to; null for another verdict.</summary>
    /// <param name="data">The content of NFTA_IMMEDIATE_DATA or NFTA_SET_ELEM_DATA.</param>
    public static string? ReadVerdict(NetlinkAttributes data)
    {
        int code = 0;
        string chain = "";
        while (data.Next())
        {
            if (data.Type != NFTA_DATA_VERDICT)
            {
                continue;
            }

            for (var verdict = data.Nested; verdict.Next();)
            {
                switch (verdict.Type)
                {
                    case NFTA_VERDICT_CODE:
                        code = (int)verdict.UInt32BigEndian;
                        break;
                    case NFTA_VERDICT_CHAIN:
                        chain = verdict.Text;
                        break;
                }
            }
        }

        return code == NFT_GOTO ? chain : null;
    }

    /// <summary>Writes such a verdict.</summary>
    public static void WriteVerdict(NetlinkWriter writer, ushort attribute, string chain)
    {
        using var data = writer.Nested(attribute);
        using var verdict = writer.Nested(NFTA_DATA_VERDICT);
        writer.UInt32BigEndian(NFTA_VERDICT_CODE, unchecked((uint)NFT_GOTO));
        writer.Text(NFTA_VERDICT_CHAIN, chain);
    }

    public override string ToString() => $"goto {Chain}";

    protected override void WriteData(NetlinkWriter writer)
    {
        using var data = writer.Nested(NFTA_EXPR_DATA);
        writer.UInt32BigEndian(NFTA_IMMEDIATE_DREG, NFT_REG_VERDICT);
        WriteVerdict(writer, NFTA_IMMEDIATE_DATA, Chain);
    }
}

using static Nfqlb.Linux.Netlink.Nftables.UapiNftables;

namespace Nfqlb.Linux.Netlink.Nftables.Expressions;

/// <summary>`meta priority`, `meta nfproto` or `meta l4proto`: loads what the kernel knows of the packet.</summary>
/// <param name="Key">NFT_META_PRIORITY, NFT_META_NFPROTO or NFT_META_L4PROTO.</param>
internal sealed record LoadMeta(uint Key) : NftExpression
{
    public const string KernelName = "meta";

    public override string Name => KernelName;

    public static LoadMeta? ReadData(NetlinkAttributes data)
    {
        uint key = 0, register = 0;
        while (data.Next())
        {
            switch (data.Type)
            {
                case NFTA_META_KEY:
                    key = data.UInt32BigEndian;
                    break;
                case NFTA_META_DREG:
                    register = data.UInt32BigEndian;
                    break;
            }
        }

        return register == NFT_REG_1 ? new LoadMeta(key) : null;
    }

    public override string ToString() => Key switch
    {
        NFT_META_PRIORITY => "meta priority",
        NFT_META_NFPROTO => "meta nfproto",
        NFT_META_L4PROTO => "meta l4proto",
        _ => $"meta {Key}",
    };

    protected override void WriteData(NetlinkWriter writer)
    {
        using var data = writer.Nested(NFTA_EXPR_DATA);
        writer.UInt32BigEndian(NFTA_META_KEY, Key);
        writer.UInt32BigEndian(NFTA_META_DREG, NFT_REG_1);
    }
}

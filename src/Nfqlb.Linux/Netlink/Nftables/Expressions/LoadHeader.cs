using static Nfqlb.Linux.Netlink.Nftables.UapiNftables;

namespace Nfqlb.Linux.Netlink.Nftables.Expressions;

/// <summary>Loads bytes of the network header, such as an address.</summary>
/// <param name="Offset">From the header's first byte.</param>
/// <param name="Length">Bytes.</param>
internal sealed record LoadHeader(uint Offset, uint Length) : NftExpression
{
    public const string KernelName = "payload";

    public override string Name => KernelName;

    public static LoadHeader? ReadData(NetlinkAttributes data)
    {
        uint register = 0, header = 0, offset = 0, length = 0;
        while (data.Next())
        {
            switch (data.Type)
            {
                case NFTA_PAYLOAD_DREG:
                    register = data.UInt32BigEndian;
                    break;
                case NFTA_PAYLOAD_BASE:
                    header = data.UInt32BigEndian;
                    break;
                case NFTA_PAYLOAD_OFFSET:
                    offset = data.UInt32BigEndian;
                    break;
                case NFTA_PAYLOAD_LEN:
                    length = data.UInt32BigEndian;
                    break;
            }
        }

        bool isOurs = register == NFT_REG_1 && header == NFT_PAYLOAD_NETWORK_HEADER;
        return isOurs ? new LoadHeader(offset, length) : null;
    }

    /// <summary>As nft writes it, which takes the IP version from the length of the address.</summary>
    public override string ToString() => (Offset, Length) switch
    {
        (9, 1) => "ip protocol",
        (12, 4) => "ip saddr",
        (16, 4) => "ip daddr",
        (8, 16) => "ip6 saddr",
        (24, 16) => "ip6 daddr",
        _ => $"@nh,{8 * Offset},{8 * Length}",
    };

    protected override void WriteData(NetlinkWriter writer)
    {
        using var data = writer.Nested(NFTA_EXPR_DATA);
        writer.UInt32BigEndian(NFTA_PAYLOAD_DREG, NFT_REG_1);
        writer.UInt32BigEndian(NFTA_PAYLOAD_BASE, NFT_PAYLOAD_NETWORK_HEADER);
        writer.UInt32BigEndian(NFTA_PAYLOAD_OFFSET, Offset);
        writer.UInt32BigEndian(NFTA_PAYLOAD_LEN, Length);
    }
}

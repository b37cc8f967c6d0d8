using static Nfqlb.Linux.Netlink.Nftables.UapiNftables;

namespace Nfqlb.Linux.Netlink.Nftables.Expressions;

/// <summary>Loads bytes of a header, such as an address.</summary>
/// <param name="Offset">From the header's first byte.</param>
/// <param name="Length">Bytes.</param>
internal sealed record LoadHeader(uint Offset, uint Length) : NftExpression
{
    public const string KernelName = "payload";

    /// <summary>Which one: NFT_PAYLOAD_ number. A packet that has none does not match.</summary>
    public uint Header { get; init; } = NFT_PAYLOAD_NETWORK_HEADER;

    /// <summary>Where to: the register in which the bytes begin.</summary>
    public uint Register { get; init; } = NFT_REG_1;

    public override string Name => KernelName;

    public static LoadHeader ReadData(NetlinkAttributes data)
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

        return new LoadHeader(offset, length) { Header = header, Register = register };
    }

    /// <summary>As nft writes it, which takes the IP version from the length of the address.</summary>
    public override string ToString() => (Offset, Length) switch
    {
        _ when Header == NFT_PAYLOAD_TRANSPORT_HEADER => $"@th,{8 * Offset},{8 * Length}",
        (12, 8) => "ip saddr . ip daddr",
        (8, 32) => "ip6 saddr . ip6 daddr",
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
        writer.UInt32BigEndian(NFTA_PAYLOAD_DREG, Register);
        writer.UInt32BigEndian(NFTA_PAYLOAD_BASE, Header);
        writer.UInt32BigEndian(NFTA_PAYLOAD_OFFSET, Offset);
        writer.UInt32BigEndian(NFTA_PAYLOAD_LEN, Length);
    }
}

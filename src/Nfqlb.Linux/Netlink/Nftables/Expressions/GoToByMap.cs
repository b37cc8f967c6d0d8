using static Nfqlb.Linux.Netlink.Nftables.UapiNftables;

namespace Nfqlb.Linux.Netlink.Nftables.Expressions;

/// <summary>`vmap @MAP`: goes to the chain that a map has for what was loaded.</summary>
/// <param name="MapName">A map of the same table.</param>
internal sealed record GoToByMap(string MapName) : NftExpression
{
    public override string Name => LookUp.KernelName;

    public override string ToString() => $"vmap @{MapName}";

    protected override void WriteData(NetlinkWriter writer)
    {
        using var data = writer.Nested(NFTA_EXPR_DATA);
        writer.UInt32BigEndian(NFTA_LOOKUP_SREG, NFT_REG_1);
        writer.Text(NFTA_LOOKUP_SET, MapName);
        writer.UInt32BigEndian(NFTA_LOOKUP_DREG, NFT_REG_VERDICT);
    }
}

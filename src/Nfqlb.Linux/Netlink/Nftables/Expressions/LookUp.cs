using static Nfqlb.Linux.Netlink.Nftables.UapiNftables;

namespace Nfqlb.Linux.Netlink.Nftables.Expressions;

/// <summary>Goes on only when what was loaded is in the set.</summary>
/// <param name="SetName">A set of the same table.</param>
internal sealed record LookUp(string SetName) : NftExpression
{
    public const string KernelName = "lookup";

    public override string Name => KernelName;

    /// <returns>Also a <see cref="GoToByMap"/>, which the kernel calls the same.</returns>
    public static NftExpression? ReadData(NetlinkAttributes data)
    {
        uint register = 0, flags = 0;
        uint? result = null;
        string set = "";
        while (data.Next())
        {
            switch (data.Type)
            {
                case NFTA_LOOKUP_SREG:
                    register = data.UInt32BigEndian;
                    break;
                case NFTA_LOOKUP_DREG:
                    result = data.UInt32BigEndian;
                    break;
                case NFTA_LOOKUP_SET:
                    set = data.Text;
                    break;
                case NFTA_LOOKUP_FLAGS: // such as "is not in the set"
                    flags = data.UInt32BigEndian;
                    break;
            }
        }

        return (register, flags, result) switch
        {
            (NFT_REG_1, 0, null) => new LookUp(set),
            (NFT_REG_1, 0, NFT_REG_VERDICT) => new GoToByMap(set),
            _ => null,
        };
    }

    public override string ToString() => $"@{SetName}";

    protected override void WriteData(NetlinkWriter writer)
    {
        using var data = writer.Nested(NFTA_EXPR_DATA);
        writer.UInt32BigEndian(NFTA_LOOKUP_SREG, NFT_REG_1);
        writer.Text(NFTA_LOOKUP_SET, SetName);

        // nft sends the id of the set within the batch as well. The name is looked for first, and is enough.
        var family = Array.Find(VipFamily.Both, family => family.SetName == SetName);
        writer.UInt32BigEndian(NFTA_LOOKUP_SET_ID, family?.SetId ?? 0);
    }
}

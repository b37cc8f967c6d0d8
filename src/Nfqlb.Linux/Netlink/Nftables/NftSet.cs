using static Nfqlb.Linux.Netlink.Nftables.UapiNftables;

namespace Nfqlb.Linux.Netlink.Nftables;

/// <summary>What a set holds, without its elements.</summary>
/// <param name="Name">In the table.</param>
/// <param name="Flags">NFT_SET_ bits.</param>
/// <param name="KeyBytes">The length of a key.</param>
internal sealed record NftSet(string Name, uint Flags, uint KeyBytes)
{
    /// <summary>The set of the VIPs of one family.</summary>
    public static NftSet Of(VipFamily family) =>
        new(family.SetName, NFT_SET_INTERVAL, (uint)family.AddressBytes);

    /// <summary>Reads the attributes of an NFT_MSG_NEWSET.</summary>
    /// <returns>The set's table, and the set.</returns>
    public static (string Table, NftSet Set) Read(NetlinkAttributes attributes)
    {
        string table = "", name = "";
        uint flags = 0, keyBytes = 0;
        while (attributes.Next())
        {
            switch (attributes.Type)
            {
                case NFTA_SET_TABLE:
                    table = attributes.Text;
                    break;
                case NFTA_SET_NAME:
                    name = attributes.Text;
                    break;
                case NFTA_SET_FLAGS:
                    flags = attributes.UInt32BigEndian;
                    break;
                case NFTA_SET_KEY_LEN:
                    keyBytes = attributes.UInt32BigEndian;
                    break;
            }
        }

        return (table, new NftSet(name, flags, keyBytes));
    }
}

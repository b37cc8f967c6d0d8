using System.Runtime.InteropServices;
using Nfqlb.Linux.Netlink.Nftables.Expressions;
using static Nfqlb.Linux.Netlink.Nftables.UapiNftables;

namespace Nfqlb.Linux.Netlink.Nftables;

/// <summary>The map from a hash to the chain of a queue: what `nft` calls a verdict map.</summary>
internal static class QueueMap
{
    public const string Name = "queues";

    /// <summary>What nft takes the key for when it lists the map: its `integer`.</summary>
    private const uint KeyType = 4;

    /// <summary>KEYBYTEORDER, the host's: without it nft lists hashes backwards.</summary>
    private static ReadOnlySpan<byte> UserData => [0, 4, 1, 0, 0, 0];

    /// <summary>As the table has it, without its elements.</summary>
    public static NftSet Set { get; } = new(Name, NFT_SET_MAP, sizeof(uint));

    public static void Make(NetlinkBatch batch, object subject)
    {
        var writer = batch.Writer;
        using var message = NftRequests.Request(batch, NFT_MSG_NEWSET, NftRequests.Create, subject);
        writer.Text(NFTA_SET_TABLE, VipTableLayout.Name);
        writer.Text(NFTA_SET_NAME, Name);
        writer.UInt32BigEndian(NFTA_SET_FLAGS, NFT_SET_MAP);
        writer.UInt32BigEndian(NFTA_SET_KEY_TYPE, KeyType);
        writer.UInt32BigEndian(NFTA_SET_KEY_LEN, sizeof(uint));
        writer.UInt32BigEndian(NFTA_SET_DATA_TYPE, NFT_DATA_VERDICT);
        writer.UInt32BigEndian(NFTA_SET_ID, VipFamily.Both.Max(family => family.SetId) + 1);
        writer.Bytes(NFTA_SET_USERDATA, UserData);
    }

    /// <summary>With its elements.</summary>
    public static void Delete(NetlinkBatch batch, object subject)
    {
        using var message = NftRequests.Request(batch, NFT_MSG_DELSET, 0, subject);
        batch.Writer.Text(NFTA_SET_TABLE, VipTableLayout.Name);
        batch.Writer.Text(NFTA_SET_NAME, Name);
    }

    /// <param name="batch">In which the map was made.</param>
    /// <param name="chains">Of the hashes from 0 on; few enough for one attribute.</param>
    /// <param name="subject">Names the request in errors.</param>
    public static void Fill(NetlinkBatch batch, IReadOnlyList<string> chains, object subject)
    {
        var writer = batch.Writer;
        using var message = NftRequests.Request(batch, NFT_MSG_NEWSETELEM, NftRequests.Create, subject);
        writer.Text(NFTA_SET_ELEM_LIST_TABLE, VipTableLayout.Name);
        writer.Text(NFTA_SET_ELEM_LIST_SET, Name);
        using var list = writer.Nested(NFTA_SET_ELEM_LIST_ELEMENTS);
        for (int hash = 0; hash < chains.Count; hash++)
        {
            using var element = writer.Nested(NFTA_LIST_ELEM);
            using (writer.Nested(NFTA_SET_ELEM_KEY))
            {
                // As jhash leaves it in the register: in host order.
                MemoryMarshal.Write(writer.Value(NFTA_DATA_VALUE, sizeof(int)), hash);
            }

            GoTo.WriteVerdict(writer, NFTA_SET_ELEM_DATA, chains[hash]);
        }
    }

    /// <summary>Reads the attributes of an NFT_MSG_NEWSETELEM, one part of a dump.</summary>
    /// <param name="attributes">Of the message.</param>
    /// <param name="chains">Gets the chain of each hash; an empty name where it goes to none.</param>
    public static void Read(NetlinkAttributes attributes, IDictionary<uint, string> chains)
    {
        while (attributes.Next())
        {
            if (attributes.Type != NFTA_SET_ELEM_LIST_ELEMENTS)
            {
                continue;
            }

            for (var list = attributes.Nested; list.Next();)
            {
                var (hash, chain) = ReadElement(list.Nested);
                chains[hash] = chain;
            }
        }
    }

    private static (uint Hash, string Chain) ReadElement(NetlinkAttributes element)
    {
        uint hash = uint.MaxValue;
        string? chain = null;
        while (element.Next())
        {
            switch (element.Type)
            {
                case NFTA_SET_ELEM_KEY:
                    for (var key = element.Nested; key.Next();)
                    {
                        hash = key.Type == NFTA_DATA_VALUE ? key.UInt32 : hash;
                    }

                    break;
                case NFTA_SET_ELEM_DATA:
                    chain = GoTo.ReadVerdict(element.Nested);
                    break;
            }
        }

        return (hash, chain ?? "");
    }
}

using System.Buffers.Binary;
using static Nfqlb.Linux.Netlink.Nftables.UapiNftables;
using static Nfqlb.Linux.Netlink.Uapi.UapiNetlink;

namespace Nfqlb.Linux.Netlink.Nftables;

/// <summary>One nf_tables request each, about the table `inet nfqlb`, byte for byte as nft sends it.</summary>
internal static class NftRequests
{
    /// <summary>The flags of a request that makes something.</summary>
    public const ushort Create = NLM_F_CREATE;

    /// <summary>How errors about the batch as a whole name it.</summary>
    public const string Subject = "table inet " + VipTableLayout.Name;

    /// <summary>A list of elements is one attribute, which holds 65,535 bytes; this leaves room for one more
    /// pair.</summary>
    private const int FullListBytes = 64_000;

    /// <summary>KEYBYTEORDER, big-endian: without it nft lists addresses backwards.</summary>
    private static ReadOnlySpan<byte> SetUserData => [0, 4, 2, 0, 0, 0];

    /// <param name="batch">Still empty.</param>
    /// <param name="generation">The batch is refused (ERESTART) when the rules of the namespace are not of this
    /// generation any more; null for any.</param>
    public static void Begin(NetlinkBatch batch, uint? generation)
    {
        using var message = batch.Request(NFNL_MSG_BATCH_BEGIN, 0, Subject);
        AppendSubsystem(batch.Writer);
        if (generation is { } expected)
        {
            batch.Writer.UInt32BigEndian(NFNL_BATCH_GENID, expected);
        }
    }

    public static void End(NetlinkBatch batch)
    {
        using var message = batch.Request(NFNL_MSG_BATCH_END, 0, Subject);
        AppendSubsystem(batch.Writer);
    }

    public static void NewTable(NetlinkBatch batch, object subject)
    {
        using var message = Request(batch, NFT_MSG_NEWTABLE, 0, subject);
        batch.Writer.Text(NFTA_TABLE_NAME, VipTableLayout.Name);
        batch.Writer.UInt32BigEndian(NFTA_TABLE_FLAGS, 0);
    }

    public static void DeleteTable(NetlinkBatch batch, object subject)
    {
        using var message = Request(batch, NFT_MSG_DELTABLE, 0, subject);
        batch.Writer.Text(NFTA_TABLE_NAME, VipTableLayout.Name);
    }

    public static void NewChain(NetlinkBatch batch, NftChain chain, object subject)
    {
        var writer = batch.Writer;
        using var message = Request(batch, NFT_MSG_NEWCHAIN, NLM_F_CREATE, subject);
        writer.Text(NFTA_CHAIN_TABLE, VipTableLayout.Name);
        writer.Text(NFTA_CHAIN_NAME, chain.Name);
        if (!chain.IsBase)
        {
            return;
        }

        writer.Text(NFTA_CHAIN_TYPE, chain.Type);
        writer.UInt32BigEndian(NFTA_CHAIN_POLICY, NF_ACCEPT);
        using var hook = writer.Nested(NFTA_CHAIN_HOOK);
        writer.UInt32BigEndian(NFTA_HOOK_HOOKNUM, chain.Hook);
        writer.UInt32BigEndian(NFTA_HOOK_PRIORITY, (uint)chain.Priority);
    }

    public static void DeleteChain(NetlinkBatch batch, NftChain chain, object subject)
    {
        using var message = Request(batch, NFT_MSG_DELCHAIN, 0, subject);
        batch.Writer.Text(NFTA_CHAIN_TABLE, VipTableLayout.Name);
        batch.Writer.Text(NFTA_CHAIN_NAME, chain.Name);
    }

    public static void NewRule(NetlinkBatch batch, NftRule rule, object subject)
    {
        var writer = batch.Writer;
        using var message = Request(batch, NFT_MSG_NEWRULE, NLM_F_CREATE | NLM_F_APPEND, subject);
        writer.Text(NFTA_RULE_TABLE, VipTableLayout.Name);
        writer.Text(NFTA_RULE_CHAIN, rule.Chain);
        using var steps = writer.Nested(NFTA_RULE_EXPRESSIONS);
        foreach (var step in rule.Steps)
        {
            step.Write(writer);
        }
    }

    /// <summary>Where the last step of a rule begins in the request for it, bytes.</summary>
    public static int LastStepOffset(NftRule rule)
    {
        var batch = new NetlinkBatch();
        NewRule(batch, rule with { Steps = [.. rule.Steps.SkipLast(1)] }, rule);
        return batch.Writer.Length;
    }

    /// <summary>All rules of the chain.</summary>
    public static void DeleteRules(NetlinkBatch batch, NftChain chain, object subject)
    {
        using var message = Request(batch, NFT_MSG_DELRULE, 0, subject);
        batch.Writer.Text(NFTA_RULE_TABLE, VipTableLayout.Name);
        batch.Writer.Text(NFTA_RULE_CHAIN, chain.Name);
    }

    public static void NewSet(NetlinkBatch batch, VipFamily family, object subject)
    {
        var writer = batch.Writer;
        using var message = Request(batch, NFT_MSG_NEWSET, NLM_F_CREATE, subject);
        writer.Text(NFTA_SET_TABLE, VipTableLayout.Name);
        writer.Text(NFTA_SET_NAME, family.SetName);
        writer.UInt32BigEndian(NFTA_SET_FLAGS, NFT_SET_INTERVAL);
        writer.UInt32BigEndian(NFTA_SET_KEY_TYPE, family.KeyType);
        writer.UInt32BigEndian(NFTA_SET_KEY_LEN, (uint)family.AddressBytes);
        writer.UInt32BigEndian(NFTA_SET_ID, family.SetId);
        writer.Bytes(NFTA_SET_USERDATA, SetUserData);
    }

    /// <summary>As many requests as the elements need.</summary>
    public static void NewElements(
        NetlinkBatch batch, VipFamily family, IReadOnlyList<VipElement> elements, object subject)
    {
        for (int written = 0; written < elements.Count;)
        {
            using var message = Request(batch, NFT_MSG_NEWSETELEM, NLM_F_CREATE, subject);
            batch.Writer.Text(NFTA_SET_ELEM_LIST_TABLE, VipTableLayout.Name);
            batch.Writer.Text(NFTA_SET_ELEM_LIST_SET, family.SetName);
            batch.Writer.UInt32BigEndian(NFTA_SET_ELEM_LIST_SET_ID, family.SetId);
            written = WriteList(batch.Writer, family, elements, written);
        }
    }

    /// <summary>As many requests as the elements need.</summary>
    public static void DeleteElements(
        NetlinkBatch batch, VipFamily family, IReadOnlyList<VipElement> elements, object subject)
    {
        for (int written = 0; written < elements.Count;)
        {
            using var message = Request(batch, NFT_MSG_DELSETELEM, 0, subject);
            batch.Writer.Text(NFTA_SET_ELEM_LIST_TABLE, VipTableLayout.Name);
            batch.Writer.Text(NFTA_SET_ELEM_LIST_SET, family.SetName);
            written = WriteList(batch.Writer, family, elements, written);
        }
    }

    /// <summary>A request that begins with the header of all about tables of family inet.</summary>
    public static NetlinkWriter.Scope Request(NetlinkBatch batch, ushort type, ushort flags, object subject)
    {
        var message = batch.Request(MessageType(type), flags, subject);
        batch.Writer.Append(new nfgenmsg { nfgen_family = NFPROTO_INET });
        return message;
    }

    /// <summary>An NFT_MSG_ number as the type of a message.</summary>
    public static ushort MessageType(ushort message) => (ushort)(NFNL_SUBSYS_NFTABLES << 8 | message);

    private static int WriteList(
        NetlinkWriter writer, VipFamily family, IReadOnlyList<VipElement> elements, int first)
    {
        using var list = writer.Nested(NFTA_SET_ELEM_LIST_ELEMENTS);
        ushort position = 0;
        int next = first;
        while (next < elements.Count && list.Length < FullListBytes)
        {
            var element = elements[next++];
            WriteStart(writer, ++position, family, element);
            if (!element.IsOpen(family))
            {
                WriteEnd(writer, ++position, family, element);
            }
        }

        return next;
    }

    private static void WriteStart(NetlinkWriter writer, ushort position, VipFamily family, VipElement element)
    {
        using var start = writer.Nested(position);
        WriteKey(writer, family.Bytes(element.First));
        byte[] userData = ElementUserData.Format(element.Comment, element.IsOpen(family));
        if (userData.Length > 0)
        {
            writer.Bytes(NFTA_SET_ELEM_USERDATA, userData);
        }
    }

    private static void WriteEnd(NetlinkWriter writer, ushort position, VipFamily family, VipElement element)
    {
        using var end = writer.Nested(position);
        writer.UInt32BigEndian(NFTA_SET_ELEM_FLAGS, NFT_SET_ELEM_INTERVAL_END);
        WriteKey(writer, family.Bytes(element.End));
    }

    private static void WriteKey(NetlinkWriter writer, ReadOnlySpan<byte> address)
    {
        using var key = writer.Nested(NFTA_SET_ELEM_KEY);
        writer.Bytes(NFTA_DATA_VALUE, address);
    }

    private static void AppendSubsystem(NetlinkWriter writer) => writer.Append(
        new nfgenmsg { res_id = BinaryPrimitives.ReverseEndianness(NFNL_SUBSYS_NFTABLES) });
}

using Nfqlb.Linux.Interop;
using static Nfqlb.Linux.Netlink.Nftables.UapiNftables;
using static Nfqlb.Linux.Netlink.Uapi.UapiNetlink;

namespace Nfqlb.Linux.Netlink.Nftables;

/// <summary>Reads the table by several dumps, between which nobody changed anything.</summary>
internal sealed class NftablesReader(NetlinkSocket socket)
{
    private const int Attempts = 50;

    /// <exception cref="NetlinkException">Others changed tables all the time (EINTR); or it was refused.</exception>
    public NftablesReading Read()
    {
        for (int attempt = 0; attempt < Attempts; attempt++)
        {
            uint generation = ReadGeneration();
            var reading = TryRead(generation);
            if (reading is not null && ReadGeneration() == generation)
            {
                return reading;
            }
        }

        throw new NetlinkException(
            LibC.EINTR, NftRequests.Subject, $"others changed tables while it was read, {Attempts} times");
    }

    /// <returns>Null when the table went away meanwhile.</returns>
    private NftablesReading? TryRead(uint generation)
    {
        if (ReadTable() is not { } table)
        {
            return NftablesReading.Absent(generation);
        }

        try
        {
            return ReadContent(generation, table);
        }
        catch (NetlinkException error) when (error.Errno == LibC.ENOENT)
        {
            return null;
        }
    }

    private NftablesReading ReadContent(uint generation, Table table)
    {
        var chains = Dump(NFT_MSG_GETCHAIN, DecodeChain);
        var rules = Dump(NFT_MSG_GETRULE, DecodeRule, writer =>
            writer.Text(NFTA_RULE_TABLE, VipTableLayout.Name));
        var sets = Dump(NFT_MSG_GETSET, DecodeSet, writer => writer.Text(NFTA_SET_TABLE, VipTableLayout.Name));
        var elements = VipFamily.Both
            .Where(family => sets.Contains(NftSet.Of(family)))
            .ToDictionary(family => family, ReadElements);
        var queueMap = sets.Contains(QueueMap.Set) ? ReadQueueMap() : null;
        return NftablesReading.Of(generation, table.Flags, chains, sets, rules, elements, queueMap);
    }

    private Dictionary<uint, string> ReadQueueMap()
    {
        var chains = new Dictionary<uint, string>();
        Dump(
            NFT_MSG_GETSETELEM,
            message =>
            {
                QueueMap.Read(message.Read<nfgenmsg>(out _), chains);
                return chains;
            },
            writer =>
            {
                writer.Text(NFTA_SET_ELEM_LIST_TABLE, VipTableLayout.Name);
                writer.Text(NFTA_SET_ELEM_LIST_SET, QueueMap.Name);
            });
        return chains;
    }

    /// <remarks>A dump that begins anew reads the same again: had anything changed, the generation had too.</remarks>
    private NftElements ReadElements(VipFamily family)
    {
        var elements = new NftElements(family);
        Dump(
            NFT_MSG_GETSETELEM,
            message =>
            {
                elements.Read(message.Read<nfgenmsg>(out _));
                return elements;
            },
            writer =>
            {
                writer.Text(NFTA_SET_ELEM_LIST_TABLE, VipTableLayout.Name);
                writer.Text(NFTA_SET_ELEM_LIST_SET, family.SetName);
            });
        return elements;
    }

    /// <returns>Null when there is none.</returns>
    private Table? ReadTable()
    {
        var request = new NetlinkBatch();
        using (NftRequests.Request(request, NFT_MSG_GETTABLE, 0, NftRequests.Subject))
        {
            request.Writer.Text(NFTA_TABLE_NAME, VipTableLayout.Name);
        }

        try
        {
            return socket.Get(request, DecodeTable);
        }
        catch (NetlinkException error) when (error.Errno == LibC.ENOENT)
        {
            return null;
        }
    }

    public uint ReadGeneration()
    {
        var request = new NetlinkBatch();
        NftRequests.Request(request, NFT_MSG_GETGEN, 0, "generation of nf_tables").Dispose();
        return socket.Get(request, DecodeGeneration)?.Value ?? throw NetlinkException.Malformed("no generation id");
    }

    private List<T> Dump<T>(ushort message, NetlinkDecoder<T> decode, Action<NetlinkWriter>? writeFilter = null)
        where T : class
    {
        var request = new NetlinkBatch();
        using (NftRequests.Request(request, message, NLM_F_DUMP, NftRequests.Subject))
        {
            writeFilter?.Invoke(request.Writer);
        }

        return socket.Dump(request, decode);
    }

    private static Generation? DecodeGeneration(NetlinkMessage message)
    {
        var attributes = message.Read<nfgenmsg>(out _);
        while (attributes.Next())
        {
            if (attributes.Type == NFTA_GEN_ID)
            {
                return new Generation(attributes.UInt32BigEndian);
            }
        }

        return null;
    }

    private static Table DecodeTable(NetlinkMessage message)
    {
        uint flags = 0;
        var attributes = message.Read<nfgenmsg>(out _);
        while (attributes.Next())
        {
            if (attributes.Type == NFTA_TABLE_FLAGS)
            {
                flags = attributes.UInt32BigEndian;
            }
        }

        return new Table(flags);
    }

    private static NftChain? DecodeChain(NetlinkMessage message)
    {
        var (table, chain) = NftChain.Read(message.Read<nfgenmsg>(out _));
        return table == VipTableLayout.Name ? chain : null;
    }

    private static NftSet? DecodeSet(NetlinkMessage message)
    {
        var (table, set) = NftSet.Read(message.Read<nfgenmsg>(out _));
        return table == VipTableLayout.Name ? set : null;
    }

    private static NftRule? DecodeRule(NetlinkMessage message)
    {
        var (table, rule) = NftRule.Read(message.Read<nfgenmsg>(out _));
        return table == VipTableLayout.Name ? rule : null;
    }

    private sealed record Generation(uint Value);

    private sealed record Table(uint Flags);
}

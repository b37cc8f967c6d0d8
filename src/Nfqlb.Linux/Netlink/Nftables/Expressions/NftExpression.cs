using static Nfqlb.Linux.Netlink.Nftables.UapiNftables;

namespace Nfqlb.Linux.Netlink.Nftables.Expressions;

/// <summary>One step of a rule. Steps run in order until one does not match; values pass through register 1.</summary>
/// <remarks>Two are equal when they do the same; counts do not count.</remarks>
internal abstract record NftExpression
{
    /// <summary>What the kernel calls it.</summary>
    public abstract string Name { get; }

    /// <summary>Reads an NFTA_LIST_ELEM.</summary>
    /// <remarks>What this program never writes becomes an <see cref="UnknownExpression"/>, equal to nothing it
    /// wants.</remarks>
    public static NftExpression Read(NetlinkAttributes element)
    {
        string name = "";
        var data = default(NetlinkAttributes);
        while (element.Next())
        {
            switch (element.Type)
            {
                case NFTA_EXPR_NAME:
                    name = element.Text;
                    break;
                case NFTA_EXPR_DATA:
                    data = element.Nested;
                    break;
            }
        }

        NftExpression? known = name switch
        {
            LoadMeta.KernelName => LoadMeta.ReadData(data),
            LoadHeader.KernelName => LoadHeader.ReadData(data),
            Compare.KernelName => (NftExpression?)Compare.ReadData(data) ?? CompareWord.ReadData(data),
            LookUp.KernelName => LookUp.ReadData(data),
            Counter.KernelName => Counter.ReadData(data),
            QueueNatively.KernelName => QueueNatively.ReadData(data),
            QueueByTarget.KernelName => QueueByTarget.ReadData(data),
            HashJenkins.KernelName => HashJenkins.ReadData(data),
            GoTo.KernelName => (NftExpression?)GoTo.ReadData(data) ?? Accept.ReadData(data),
            NoTrack.KernelName => new NoTrack(),
            _ => null,
        };
        return known ?? new UnknownExpression(name);
    }

    /// <summary>Writes an NFTA_LIST_ELEM.</summary>
    public void Write(NetlinkWriter writer)
    {
        using var element = writer.Nested(NFTA_LIST_ELEM);
        writer.Text(NFTA_EXPR_NAME, Name);
        WriteData(writer);
    }

    /// <summary>Writes NFTA_EXPR_DATA, where the expression has any.</summary>
    protected abstract void WriteData(NetlinkWriter writer);
}

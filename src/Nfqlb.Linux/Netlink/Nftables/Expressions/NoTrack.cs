namespace Nfqlb.Linux.Netlink.Nftables.Expressions;

/// <summary>Connection tracking and defragmentation leave the packet alone.</summary>
internal sealed record NoTrack : NftExpression
{
    public const string KernelName = "notrack";

    public override string Name => KernelName;

    public override string ToString() => KernelName;

    protected override void WriteData(NetlinkWriter writer)
    {
        // It has none.
    }
}

namespace Nfqlb.Linux.Netlink.Nftables.Expressions;

/// <summary>A step that this program never writes: somebody else's.</summary>
internal sealed record UnknownExpression(string KernelName) : NftExpression
{
    public override string Name => KernelName;

    public override string ToString() => $"({KernelName})";

    protected override void WriteData(NetlinkWriter writer) =>
        throw new InvalidOperationException($"expression {KernelName} was read and cannot be written");
}

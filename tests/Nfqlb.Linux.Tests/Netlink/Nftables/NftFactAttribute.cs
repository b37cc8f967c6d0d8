namespace Nfqlb.Linux.Tests.Netlink.Nftables;

/// <summary>A test of nf_tables in a network namespace of its own, looked at with nft; skipped, with the reason, where
/// one of them is not to be had.</summary>
internal sealed class NftFactAttribute : FactAttribute
{
    private static readonly Lazy<string?> Reason = new(Probe);

    public NftFactAttribute() => Skip = Reason.Value;

    private static string? Probe()
    {
        if (PrivateNetwork.Obstacle.Value is { } obstacle)
        {
            return obstacle;
        }

        string[] places = ["/usr/sbin/nft", "/sbin/nft", "/usr/bin/nft"];
        return Array.Exists(places, File.Exists) ? null : "nftables is not installed";
    }
}

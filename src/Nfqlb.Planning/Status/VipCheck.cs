using Nfqlb.Planning.Model;
using Nfqlb.Planning.Objects;
using Nfqlb.Queues;

namespace Nfqlb.Planning.Status;

/// <summary>Are packets for the virtual addresses queued?</summary>
public static class VipCheck
{
    private const string Area = "vips";

    /// <param name="wanted">What is asked for.</param>
    /// <param name="queued">What is; what of it nobody asked for is told of with the other differences.</param>
    /// <param name="isByOthers">Others have rules that queue.</param>
    /// <param name="packets">That the balancer has seen; null when that is not known.</param>
    public static IEnumerable<Finding> Findings(
        DesiredState wanted, QueuedVips queued, long? packets, bool isByOthers = false)
    {
        var missing = new List<Finding>();
        foreach (var vip in wanted.Vips)
        {
            string prefix = vip.Prefix.ToPlainString();
            if (queued.Queue is null || !queued.Vips.Contains(vip.Prefix))
            {
                missing.Add(Finding.Bad(Area, $"{prefix} is not queued", $"nfqlb vip-set --vips={prefix}"));
            }
        }
        int queuedCount = queued.Queue is null ? 0 : queued.Vips.Length;
        if (queuedCount > 0)
        {
            string how = queued.Kind == QueueKind.Xtables ? "NFQUEUE of xtables" : "nftables";
            yield return Finding.Ok(Area, $"{queuedCount} queued to {queued.Queue!.Queues} by {how}");
        }
        else if (missing.Count == 0)
        {
            yield return packets > 0 || isByOthers
                ? Finding.Ok(Area, "none is asked for: packets are queued by the rules of others")
                : Finding.Warn(Area, "none is asked for, and no packet has come by the rules of others",
                    "nfqlb vip-set --vips=ADDRESS");
        }
        foreach (var finding in missing)
        {
            yield return finding;
        }
    }
}

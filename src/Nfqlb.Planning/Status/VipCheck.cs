using Nfqlb.Flows;
using Nfqlb.Planning.Model;
using Nfqlb.Planning.Objects;
using Nfqlb.Queues;

namespace Nfqlb.Planning.Status;

/// <summary>Are packets for the virtual addresses queued?</summary>
public static class VipCheck
{
    private const string Area = "vips";
    private const int MostNamed = 50;

    /// <param name="wanted">What is asked for.</param>
    /// <param name="queued">What is; what of it nobody asked for is told of with the other differences.</param>
    /// <param name="flows">Those in force, or asked for.</param>
    /// <param name="isByOthers">Others have rules that queue.</param>
    /// <param name="packets">That the balancer has seen; null when that is not known.</param>
    public static IEnumerable<Finding> Findings(
        DesiredState wanted, QueuedVips queued, IReadOnlyList<Flow> flows, long? packets, bool isByOthers = false)
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
                : Finding.Warn(
                    Area, "none is asked for, and no packet has come by the rules of others", RemedyOf(flows));
        }
        foreach (var finding in missing)
        {
            yield return finding;
        }
    }

    /// <summary>The addresses are known by flows alone.</summary>
    private static string? RemedyOf(IReadOnlyList<Flow> flows)
    {
        var vips = new HashSet<string>();
        foreach (var flow in flows)
        {
            foreach (var block in flow.Destinations)
            {
                vips.Add(block.ToPlainString());
            }
        }
        return vips.Count == 0 ? null : Remedy.SetVip(string.Join(',', vips.Take(MostNamed)));
    }
}

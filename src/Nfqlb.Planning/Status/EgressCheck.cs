using Nfqlb.Planning.Model;
using Nfqlb.Routing;

namespace Nfqlb.Planning.Status;

/// <summary>Do packets from the virtual addresses get away from here, where they are to leave by a table?</summary>
public static class EgressCheck
{
    private const string Area = "egress";

    /// <param name="vips">As asked for.</param>
    /// <param name="isEmpty">Whether a table of a family has no route.</param>
    public static IEnumerable<Finding> Findings(
        IReadOnlyList<DesiredVip> vips, Func<IpFamily, RoutingTable, bool> isEmpty)
    {
        int fine = 0;
        var wrong = new List<Finding>();
        foreach (var vip in vips)
        {
            if (vip.EgressTable is not { } table)
            {
                continue;
            }
            if (isEmpty(vip.Prefix.Base.IsIpv4 ? IpFamily.Ipv4 : IpFamily.Ipv6, new RoutingTable(table)))
            {
                wrong.Add(Finding.Warn(
                    Area, $"table {table} has no route: answers from {vip.Prefix.ToPlainString()} go nowhere"));
            }
            else
            {
                fine++;
            }
        }
        if (fine > 0)
        {
            yield return Finding.Ok(Area, $"{fine} VIPs leave by tables that have routes");
        }
        foreach (var finding in wrong)
        {
            yield return finding;
        }
    }
}

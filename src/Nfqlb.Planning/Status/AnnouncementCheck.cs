using Nfqlb.Planning.Model;
using Nfqlb.Planning.Objects;

namespace Nfqlb.Planning.Status;

/// <summary>Are the virtual addresses announced?</summary>
public static class AnnouncementCheck
{
    private const string Area = "announce";

    /// <param name="desired">What is asked for.</param>
    /// <param name="balancer">The one that runs; null for none.</param>
    public static IEnumerable<Finding> Findings(DesiredState desired, BalancerState? balancer)
    {
        if (desired.Announcing is not { } announcing || balancer is null)
        {
            yield break;
        }
        if (balancer.Configuration is not { Announcements: var all })
        {
            yield return Finding.Warn(Area, "nobody announces virtual addresses: `nfqlb serve` does, and does not run");
            yield break;
        }
        int announced = 0;
        foreach (var one in all)
        {
            announced += one.IsAnnounced ? 1 : 0;
        }
        if (announced > 0)
        {
            yield return Finding.Ok(Area, $"{announced} announced in table {announcing.Table}");
        }
        foreach (var one in all)
        {
            if (!one.IsAnnounced)
            {
                yield return Finding.Warn(
                    Area, $"{one.Prefix.ToPlainString()} is not announced since {one.Since}: {one.Reason}");
            }
        }
    }
}

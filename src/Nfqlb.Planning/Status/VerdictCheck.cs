using Nfqlb.Maglev;
using Nfqlb.Planning.Model;
using Nfqlb.Planning.Objects;

namespace Nfqlb.Planning.Status;

/// <summary>Are the targets checked that are to be checked, and does nothing of old checks stay?</summary>
public static class VerdictCheck
{
    private const string Area = "checks";

    /// <param name="desired">Which are to be checked.</param>
    /// <param name="reports">One a target.</param>
    /// <param name="isServed">`serve` runs, which checks them.</param>
    public static IEnumerable<Finding> Findings(
        DesiredState desired, IReadOnlyList<TargetReport> reports, bool isServed)
    {
        int count = CheckedTargets.Of(desired).Count();
        if (count > 0 && !isServed)
        {
            yield return Finding.Warn(Area, "no target is checked: `nfqlb serve` checks them, and does not run here");
        }
        else if (count > 0)
        {
            int good = reports.Count(report => report.Verdict is { Health: TargetHealth.Good });
            yield return Finding.Ok(Area, $"{good} of {count} targets that are checked are good");
        }
        foreach (var group in reports.GroupBy(report => DoubtOf(report.Verdict)).Where(group => group.Key.Length > 0))
        {
            string others = group.Count() > 1 ? $" and {group.Count() - 1} more" : "";
            yield return Finding.Warn(
                Area, $"{group.First().Pool.Name}/{group.First().Target}{others} cannot be checked, and may get "
                + $"packets all the same: {group.Key}");
        }
        foreach (var report in reports)
        {
            if (!isServed && report.InSlot is { Ramp: { IsWhole: false } ramp })
            {
                yield return Finding.Warn(
                    Area, $"{report.Pool.Name}/{report.Target} has {ramp} of its weight: `nfqlb serve` gives it the "
                    + "rest, and does not run here");
            }
            if (report is { Verdict: null, InSlot.Health: TargetHealth.Bad })
            {
                yield return Finding.Warn(
                    Area, $"{report.Pool.Name}/{report.Target} was found bad by a check that nobody repeats, and gets "
                    + "no packets");
            }
        }
    }

    /// <summary>Why nothing is known of a target that is checked; empty where something is.</summary>
    private static string DoubtOf(TargetVerdict? verdict) =>
        verdict is { Health: TargetHealth.Unknown } ? verdict.Error : "";
}

using Nfqlb.Maglev;
using Nfqlb.Planning.Objects;
using Nfqlb.Routing;

namespace Nfqlb.Planning.Status;

/// <summary>Do packets get to the targets that are asked for?</summary>
public static class TargetCheck
{
    private const string Area = "targets";

    /// <param name="reports">One a target; none where targets are looked after by others.</param>
    public static IEnumerable<Finding> Findings(IReadOnlyList<TargetReport> reports)
    {
        var wrong = new List<Finding>();
        foreach (var report in reports)
        {
            if (!report.IsFine)
            {
                string what = $"{report.Pool.Name}/{report.Target} (mark {report.Target.Mark}): {Reasons(report)}";
                wrong.Add(Finding.Bad(Area, what, IsAsAsked(report) ? null : RemedyOf(report)));
            }
        }
        if (reports.Count == 0)
        {
            yield return Finding.Ok(Area, "none is asked for: rules and routes are the work of others");
        }
        else if (wrong.Count < reports.Count)
        {
            yield return Finding.Ok(Area, $"{reports.Count - wrong.Count} of {reports.Count} can be reached");
        }
        foreach (var finding in wrong)
        {
            yield return finding;
        }
    }

    /// <summary>`apply` makes no route where another one stands.</summary>
    private static string RemedyOf(TargetReport report)
    {
        string[] steps =
        [
            .. new[] { report.Ipv4?.InPlace, report.Ipv6?.InPlace }.OfType<Route>()
                .Select(route => Remedy.Delete(route, link: null)),
            Finding.ApplyAgain,
        ];
        return string.Join(" && ", steps);
    }

    private static string Reasons(TargetReport report)
    {
        var reasons = new List<string>();
        switch (report.Slot)
        {
            case SlotState.Empty: reasons.Add($"slot {report.Target.Slot} is empty"); break;
            case SlotState.Taken: reasons.Add($"slot {report.Target.Slot} has another mark"); break;
            case SlotState.NoPool: reasons.Add($"there is no slot {report.Target.Slot}"); break;
        }
        AddWay(reasons, report.Ipv4);
        AddWay(reasons, report.Ipv6);
        if (report.Verdict is { Health: TargetHealth.Bad } verdict)
        {
            reasons.Add($"checks find it {PlainText.Visible($"{verdict}")}");
        }
        return string.Join("; ", reasons);
    }

    private static void AddWay(List<string> reasons, WayReport? way)
    {
        if (way is { IsFine: false })
        {
            reasons.Add($"{way.Gateway.ToPlainString()}{(way.Link.Length > 0 ? $" on {way.Link}" : "")}: {way}");
        }
    }

    /// <summary>All is set up; it is the target that does not answer, and no command here mends that.</summary>
    private static bool IsAsAsked(TargetReport report) =>
        report.Slot == SlotState.Active && IsSetUp(report.Ipv4) && IsSetUp(report.Ipv6);

    private static bool IsSetUp(WayReport? way) => way is null or { HasRule: true, HasRoute: true, IsGuarded: true };
}

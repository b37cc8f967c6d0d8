using Nfqlb.Planning.Plans;

namespace Nfqlb.Planning.Status;

/// <summary>Is everything as it is asked for? What `apply` would do says that.</summary>
public static class DifferenceCheck
{
    private const string Area = "state";

    /// <param name="changes">Those from what is to what is wanted.</param>
    /// <param name="refusals">What is wanted and cannot be.</param>
    /// <param name="isUnfinished">A change was begun, and its end was not noted.</param>
    public static IEnumerable<Finding> Findings(
        IReadOnlyList<Change> changes, IReadOnlyList<string> refusals, bool isUnfinished)
    {
        if (isUnfinished)
        {
            yield return Finding.Warn(
                Area, "a change was begun and is not finished: it was refused or killed, or is under way",
                Finding.ApplyAgain);
        }
        var missing = new List<string>();
        var superfluous = new List<string>();
        foreach (string refusal in refusals)
        {
            yield return Finding.Bad(Area, PlainText.Visible(refusal));
        }
        foreach (var change in changes)
        {
            foreach (string line in change.Lines)
            {
                (line.StartsWith('-') ? superfluous : missing).Add(line);
            }
        }
        if (missing.Count + superfluous.Count == 0)
        {
            if (refusals.Count == 0)
            {
                yield return Finding.Ok(Area, "rules, routes, pools and flows are as asked for");
            }
            yield break;
        }
        string what = $"{missing.Count} missing and {superfluous.Count} too much, of what is asked for";
        yield return missing.Count > 0
            ? Finding.Bad(Area, what, Finding.ApplyAgain)
            : Finding.Warn(Area, what, Finding.ApplyAgain);
        foreach (string line in missing)
        {
            yield return Finding.Bad("missing", line);
        }
        foreach (string line in superfluous)
        {
            yield return Finding.Warn("too much", line);
        }
    }
}

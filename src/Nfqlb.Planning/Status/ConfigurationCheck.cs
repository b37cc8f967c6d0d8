using Nfqlb.Planning.Model;
using Nfqlb.Planning.Objects;

namespace Nfqlb.Planning.Status;

/// <summary>Is in force what the files ask for that the balancer follows?</summary>
public static class ConfigurationCheck
{
    private const string Area = "config";

    /// <param name="state">What the balancer says of them; null where it follows none.</param>
    /// <param name="source">What they asked for last by themselves; null where that is not known.</param>
    /// <param name="desired">What is asked for, by commands too.</param>
    public static IEnumerable<Finding> Findings(ConfigurationState? state, DesiredState? source, DesiredState desired)
    {
        if (state is null)
        {
            yield break;
        }
        string name = PlainText.Visible(state.Source);
        if (state.InForceSince is { } since)
        {
            yield return Finding.Ok(Area, $"{name} in force since {since}");
        }
        if (state.ComplainedSince is { } wrong)
        {
            yield return Finding.Bad(Area, $"{name} is not in force as it is since {wrong}");
        }
        foreach (string complaint in state.Complaints)
        {
            yield return Finding.Bad(Area, PlainText.Visible(complaint));
        }
        foreach (string line in state.Refused)
        {
            yield return Finding.Bad(Area, $"cannot be put back: {PlainText.Visible(line)}");
        }
        foreach (string line in state.Contested)
        {
            yield return Finding.Warn(Area, $"changed by others again and again: {PlainText.Visible(line)}");
        }
        foreach (var one in state.Sources)
        {
            yield return OfSource(one);
        }
        foreach (string line in state.LeftOut)
        {
            yield return Finding.Warn(Area, PlainText.Visible(line));
        }
        foreach (string line in source is null ? [] : StateMerge.Differences(source, desired))
        {
            yield return Finding.Open("by hand", line);
        }
    }

    private static Finding OfSource(SourceState source)
    {
        string name = PlainText.Visible(source.Name);
        string known = source.Age is { } age
            ? $"its {source.Targets} targets are those of {age.TotalSeconds:0} s ago" : "nothing was heard of it yet";
        return source switch
        {
            { Problem: { } problem } => Finding.Bad(Area, $"{name}: {PlainText.Visible(problem)}; {known}"),
            { Age: null } => Finding.Warn(Area, $"{name}: {known}"),
            _ => Finding.Ok(Area, $"{name}: {source.Targets} targets, followed"),
        };
    }
}

using Nfqlb.Planning.Model;
using Nfqlb.Planning.Objects;

namespace Nfqlb.Planning.Plans;

/// <summary>What links shall do, and what they did before anybody asked.</summary>
public static class FeaturePlan
{
    /// <summary>What of it cannot be, each with where it stands: there is no such link, the kernel knows no such
    /// feature, or the link cannot do it.</summary>
    /// <remarks>A link that was there when it was asked for is waited for.</remarks>
    public static IEnumerable<(DesiredFeature Feature, Diagnostic Complaint)> Refusals(
        DesiredState desired, ObservedState observed, Managed managed)
    {
        foreach (var feature in desired.Features)
        {
            if (ReasonAgainst(feature, observed, managed) is { } reason)
            {
                yield return (feature, new Diagnostic(feature.Path, reason));
            }
        }
    }

    /// <summary>Adds what is not as it shall be, and what nobody asks for any more and was otherwise before.</summary>
    internal static void Compare(DesiredState desired, ObservedState observed, Managed managed, PlanDraft draft)
    {
        var keys = new HashSet<LinkFeatureKey>();
        foreach (var feature in desired.Features)
        {
            keys.Add(feature.Key);
            if (ReasonAgainst(feature, observed, managed) is { } reason)
            {
                draft.Refuse($"{new Diagnostic(feature.Path, reason)}");
            }
            else if (!observed.Links.ContainsKey(feature.Key.Link))
            {
                draft.Warn($"Link [{feature.Key.Link}] is gone: {feature.Key.Name} waits for it");
            }
            else if (observed.Features[feature.Key]?.IsActive == !feature.IsOn)
            {
                draft.Add(new FeatureChange(feature.Key, feature.IsOn));
            }
        }
        foreach (var key in managed.Features)
        {
            if (!keys.Contains(key))
            {
                PutBack(key, observed, managed, draft);
            }
        }
    }

    /// <summary>What somebody has changed since is his.</summary>
    private static void PutBack(LinkFeatureKey key, ObservedState observed, Managed managed, PlanDraft draft)
    {
        if (!observed.Links.ContainsKey(key.Link))
        {
            draft.Warn($"Link [{key.Link}] is gone: {key.Name} is not put back");
        }
        else if (observed.Features[key] is { IsChangeable: true, IsActive: var isOn }
            && managed.FormerOf(key) == !isOn && managed.Asks(key, isOn))
        {
            draft.Add(new FeatureChange(key, !isOn));
        }
    }

    private static string? ReasonAgainst(DesiredFeature feature, ObservedState observed, Managed managed)
    {
        if (!observed.Links.ContainsKey(feature.Key.Link))
        {
            return managed.Has(feature.Key) ? null : $"there is no link [{feature.Key.Link}]";
        }
        return observed.Features[feature.Key] switch
        {
            // What nobody can do is off.
            null => feature.IsOn ? "the kernel knows no such feature" : null,
            { IsChangeable: false, IsActive: var isOn } when isOn != feature.IsOn =>
                $"the link cannot switch it: it is {(isOn ? "on" : "off")}, fixed",
            _ => null,
        };
    }
}

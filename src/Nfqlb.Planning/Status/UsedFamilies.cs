using Nfqlb.Flows;

namespace Nfqlb.Planning.Status;

/// <summary>The families whose packets are balanced.</summary>
/// <param name="HasIpv4">IPv4 is among them.</param>
/// <param name="HasIpv6">IPv6 is among them.</param>
/// <param name="IsGuess">Nothing says which, so both may be.</param>
public sealed record UsedFamilies(bool HasIpv4, bool HasIpv6, bool IsGuess)
{
    /// <summary>Those of the targets; where others look after them, those of the virtual addresses and flows.</summary>
    public static UsedFamilies Of(
        IReadOnlyList<TargetReport> targets, IEnumerable<Cidr> vips, IReadOnlyList<Flow> flows)
    {
        bool hasIpv4 = false, hasIpv6 = false;
        foreach (var report in targets)
        {
            hasIpv4 |= report.Target.Via4 is not null;
            hasIpv6 |= report.Target.Via6 is not null;
        }
        if (targets.Count == 0)
        {
            foreach (var prefix in vips)
            {
                hasIpv4 |= prefix.Base.IsIpv4;
                hasIpv6 |= !prefix.Base.IsIpv4;
            }
            foreach (var flow in flows)
            {
                foreach (var prefix in flow.Destinations)
                {
                    hasIpv4 |= prefix.Base.IsIpv4;
                    hasIpv6 |= !prefix.Base.IsIpv4;
                }
            }
        }
        bool isGuess = !hasIpv4 && !hasIpv6;
        return new UsedFamilies(hasIpv4 || isGuess, hasIpv6 || isGuess, isGuess);
    }
}

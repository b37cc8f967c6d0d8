using Nfqlb.Planning.Model;
using Nfqlb.Planning.Objects;

namespace Nfqlb.Planning.Plans;

/// <summary>The table that hands packets for the virtual addresses to the queues.</summary>
internal static class VipPlan
{
    /// <summary>Adds what is missing, and what is too much: one change.</summary>
    public static void Compare(DesiredState desired, ObservedState observed, Managed managed, PlanDraft draft)
    {
        RefuseOwnAddresses(desired, observed, managed, draft);
        var after = desired.Vips.IsEmpty
            ? null
            : VipTableContent.Of(desired.Vips.Select(vip => vip.Prefix), desired.Queues);
        if (!Equals(observed.Vips, after))
        {
            draft.Add(new VipTableChange(observed.Vips, after));
        }
    }

    /// <summary>Packets for this host itself would never reach a target, and the host would be cut off.</summary>
    private static void RefuseOwnAddresses(
        DesiredState desired, ObservedState observed, Managed managed, PlanDraft draft)
    {
        var known = managed.States.SelectMany(state => state.Vips).Select(vip => vip.Prefix).ToHashSet();
        foreach (var vip in desired.Vips.Where(vip => !known.Contains(vip.Prefix)))
        {
            foreach (var address in observed.Addresses)
            {
                if (vip.Prefix.Contains(address))
                {
                    draft.Refuse($"vips: [{vip.Prefix.ToPlainString()}] holds {address.ToPlainString()}, "
                        + "an address of this host");
                    break;
                }
            }
        }
    }
}

using Nfqlb.Maglev;

namespace Nfqlb.Simulation;

/// <summary>Something that happens to a target: it goes, drains, comes back, or its weight changes.</summary>
/// <param name="Target">Whose.</param>
/// <param name="State">Its state from then on; null where that stays.</param>
/// <param name="Weight">Its weight from then on; null where that stays.</param>
public sealed record PoolEvent(TargetName Target, TargetState? State, ushort? Weight)
{
    /// <summary>Reads `down=NAME`, `drain=NAME`, `up=NAME` or `weight=NAME:W`.</summary>
    public static bool TryParse(string text, out PoolEvent what, out string reason)
    {
        what = null!;
        reason = "must be down=NAME, drain=NAME, up=NAME or weight=NAME:W";
        string[] parts = text.Split('=', 2);
        if (parts is not [var kind and ("down" or "drain" or "up" or "weight"), var rest])
        {
            return false;
        }
        ushort? weight = null;
        if (kind == "weight")
        {
            int colon = rest.LastIndexOf(':');
            if (colon < 0 || !WholeNumber.TryParse(rest.AsSpan(colon + 1), ushort.MaxValue, out uint number))
            {
                reason = $"must be weight=NAME:W, W from 0 to {ushort.MaxValue}";
                return false;
            }
            (rest, weight) = (rest[..colon], (ushort)number);
        }
        if (!TargetName.TryParse(rest, out var name, out reason))
        {
            return false;
        }
        TargetState? state = PoolWords.TryParse(kind, out TargetState asked) ? asked : null;
        what = new PoolEvent(name, state, weight);
        return true;
    }

    /// <summary>The pool when it has happened; null when it has no such target.</summary>
    public PoolContent? HappenTo(PoolContent pool)
    {
        if (pool.SlotOf(Target) is not { } slot)
        {
            return null;
        }
        var target = pool.Slots[slot]!.Value;
        return pool.With(slot, target with { State = State ?? target.State, Weight = Weight ?? target.Weight });
    }

    /// <summary>As <see cref="TryParse"/> reads it.</summary>
    public override string ToString() =>
        State is { } state ? $"{PoolWords.Of(state)}={Target}" : $"weight={Target}:{Weight}";
}

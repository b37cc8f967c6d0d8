using Nfqlb.Maglev;
using Nfqlb.Packets;
using Nfqlb.Planning.Model;

namespace Nfqlb.Planning.Documents;

/// <summary>Gives what sources have found its places in pools, while a document is read: a target that was there keeps
/// slot and mark, a new one gets the lowest that are free.</summary>
/// <param name="found">What they have found.</param>
public sealed class FoundPlaces(FoundTargets found)
{
    /// <summary>Below are tables that people, and network plugins of Kubernetes, number by hand.</summary>
    public const int FirstMark = 10_000;

    /// <summary>Lines that anybody reads.</summary>
    public const int MostTold = 20;

    private readonly List<KubernetesService> _services = [];
    private readonly List<string> _leftOut = [];

    /// <summary>The services that the document asks for.</summary>
    public IReadOnlyList<KubernetesService> Services => _services;

    /// <summary>What was found and is no target, a line each with the reason.</summary>
    public IReadOnlyList<string> LeftOut => _leftOut;

    /// <summary>The targets of a pool's services, in the order of their names; those without a mark get one at the
    /// end.</summary>
    internal List<DesiredTarget> Of(
        PoolName pool, bool isKeyed, IReadOnlyList<KubernetesService> services, IEnumerable<DesiredTarget> named,
        SlotsInUse present)
    {
        var names = new HashSet<string>();
        foreach (var target in named)
        {
            _ = target.Name is { } name && names.Add(name);
        }
        var targets = new List<DesiredTarget>();
        foreach (var service in services)
        {
            _services.Add(service);
            foreach (var one in found.Of(pool, service))
            {
                string complaint = !isKeyed ? PlainText.Complaint(one.Name)
                    : TargetName.TryParse(one.Name, out _, out string reason) ? "" : reason;
                if (complaint.Length > 0)
                {
                    LeaveOut(pool, service, one.Name, complaint);
                }
                else if (names.Add(one.Name))
                {
                    targets.Add(At(one, service, present.MarkOf(pool, one.Name)));
                }
            }
        }
        targets.Sort((one, other) => string.CompareOrdinal(one.Name, other.Name));
        return targets;
    }

    /// <summary>It has no place.</summary>
    internal void LeaveOut(PoolName pool, object? service, string? name, string reason)
    {
        if (_leftOut.Count < MostTold)
        {
            _leftOut.Add($"pool [{pool}]: {service}: target [{PlainText.Visible(name ?? "")}] is left out: {reason}");
        }
    }

    /// <summary>Marks for those that have none, or one that now is somebody else's or outside the mask.</summary>
    internal DesiredState WithMarks(DesiredState state, SlotsInUse present)
    {
        if (!state.Targets.Any(pair => pair.Target.FoundIn is not null))
        {
            return state;
        }
        var taken = new HashSet<uint>();
        foreach (var (_, target) in state.Targets)
        {
            if (target.FoundIn is null)
            {
                taken.Add((uint)target.Mark.Value);
                taken.Add(target.Table);
            }
        }
        foreach (var vip in state.Vips)
        {
            taken.Add(vip.EgressTable ?? 0);
        }
        taken.Add(state.Announcing?.Table ?? 0);
        // First those that stay, so that nobody new takes what is theirs.
        var stays = new HashSet<DesiredTarget>(ReferenceEqualityComparer.Instance);
        foreach (var (_, target) in state.Targets)
        {
            if (target.FoundIn is not null && target.Mark.Value > 0 && state.MarkMask.Fits(target.Mark)
                && !DesiredStateCheck.IsTableOfLinux((uint)target.Mark.Value) && taken.Add((uint)target.Mark.Value))
            {
                stays.Add(target);
            }
        }
        using var free = Free(state.MarkMask, present, taken).GetEnumerator();
        return state with { Pools = [.. state.Pools.Select(pool => WithMarks(pool, stays, free))] };
    }

    private DesiredPool WithMarks(DesiredPool pool, HashSet<DesiredTarget> stays, IEnumerator<FirewallMark> free)
    {
        var targets = new List<DesiredTarget>();
        foreach (var target in pool.Targets)
        {
            if (target.FoundIn is null || stays.Contains(target))
            {
                targets.Add(target);
            }
            else if (free.MoveNext())
            {
                targets.Add(target with { Mark = free.Current });
            }
            else
            {
                LeaveOut(pool.Name, target.FoundIn, target.Name, "no mark is left in mark_mask");
            }
        }
        return pool with { Targets = [.. targets] };
    }

    private static IEnumerable<FirewallMark> Free(MarkMask mask, SlotsInUse present, HashSet<uint> taken)
    {
        foreach (var mark in mask.Marks(new FirewallMark(FirstMark)))
        {
            if (!DesiredStateCheck.IsTableOfLinux((uint)mark.Value) && !present.HasMark(mark)
                && taken.Add((uint)mark.Value))
            {
                yield return mark;
            }
        }
    }

    private static DesiredTarget At(FoundTarget found, KubernetesService service, FirewallMark? mark) => new()
    {
        Name = found.Name,
        FoundIn = $"{service}",
        Slot = SlotsInUse.NoSlot,
        Mark = mark ?? default,
        Via4 = found.Via4,
        Via6 = found.Via6,
        Device = found.Device,
        Weight = found.Weight,
        State = found.State,
        Priority = found.Priority,
    };
}

using Nfqlb.Queues;

namespace Nfqlb.Filters;

/// <summary>The way of a packet through the chains of a hook.</summary>
/// <param name="Queue">The first rule that queues it, or may; null for none.</param>
/// <param name="DroppedBy">The chain that drops it for certain; null for none.</param>
/// <param name="NotInterpreted">Chains with rules that may drop or change it, by conditions or in ways that are not
/// known here.</param>
public sealed record FilterWalk(
    QueueRule? Queue, FilterChain? DroppedBy, IReadOnlyList<FilterDoubt> NotInterpreted)
{
    /// <summary>The chain of the rule that queues it; null with it.</summary>
    public FilterChain? QueuedBy { get; private init; }

    /// <summary>The chain that gives it another destination for certain; null for none.</summary>
    public FilterChain? TranslatedBy { get; private init; }

    /// <summary>The last chain that gave it another mark for certain; null for none.</summary>
    public FilterChain? MarkedBy { get; private init; }

    /// <summary>Its mark afterwards; null where that is not known.</summary>
    public uint? Mark { get; private init; }

    /// <summary>Walks, to where it is queued.</summary>
    /// <param name="chains">All there are.</param>
    /// <param name="hook">Where.</param>
    /// <param name="packet">The packet.</param>
    /// <param name="isPassed">Chains that it does not come by; null for none.</param>
    public static FilterWalk Of(
        FilterSet chains, FilterHook hook, FilteredPacket packet, Predicate<FilterChain>? isPassed = null)
    {
        var unknown = new List<FilterDoubt>();
        FilterChain? marked = null;
        foreach (var chain in chains.Of(hook))
        {
            if (!chain.IsFor(packet.Destination.IsIpv4) || isPassed?.Invoke(chain) == true)
            {
                continue;
            }
            if (chain.IsOn(hook == FilterHook.Egress ? packet.OutgoingLink : packet.IncomingLink) is not { } isOn)
            {
                unknown.Add(new FilterDoubt(chain, ["link"]));
                continue;
            }
            if (!isOn)
            {
                continue;
            }
            var steps = new FilterSteps(chains, packet);
            var step = steps.Walk(chain, 0);
            bool isDropped = step == FilterStep.Dropped || step == FilterStep.Through && chain.IsDropping;
            bool isSpared = isDropped && steps.MayAccept;
            isDropped &= !isSpared;
            marked = steps.Packet.Mark != packet.Mark && steps.Packet.Mark is not null ? chain : marked;
            packet = steps.Packet;
            if (step == FilterStep.Unsure || isSpared || (steps.MayChange && !isDropped))
            {
                unknown.Add(new FilterDoubt(chain, [.. steps.Doubts]));
            }
            if (isDropped || step == FilterStep.Translated || steps.Queue is not null)
            {
                return new FilterWalk(steps.Queue, isDropped ? chain : null, unknown)
                {
                    QueuedBy = steps.Queue is null ? null : chain,
                    TranslatedBy = step == FilterStep.Translated ? chain : null,
                    MarkedBy = marked,
                    Mark = packet.Mark,
                };
            }
        }
        return new FilterWalk(null, null, unknown) { MarkedBy = marked, Mark = packet.Mark };
    }

    /// <summary>The same, and where it goes on the next walk.</summary>
    public FilterWalk Then(Func<FilterWalk> next)
    {
        if (DroppedBy is not null || TranslatedBy is not null)
        {
            return this;
        }
        var walk = next();
        return walk with { NotInterpreted = [.. NotInterpreted, .. walk.NotInterpreted] };
    }
}

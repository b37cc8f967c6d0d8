using Nfqlb.Queues;

namespace Nfqlb.Filters;

/// <summary>The way of a packet through the chains of a hook.</summary>
/// <param name="Queue">The first rule that queues it, or may; null for none.</param>
/// <param name="DroppedBy">The chain that drops it for certain; null for none.</param>
/// <param name="NotInterpreted">Chains with rules that may drop or change it, by conditions or in ways that are not
/// known here.</param>
public sealed record FilterWalk(
    QueueRule? Queue, FilterChain? DroppedBy, IReadOnlyList<FilterChain> NotInterpreted)
{
    private const int DeepestJump = 16;

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
        var unknown = new List<FilterChain>();
        FilterChain? marked = null;
        foreach (var chain in chains.Of(hook))
        {
            if (!chain.IsFor(packet.Destination.IsIpv4) || isPassed?.Invoke(chain) == true)
            {
                continue;
            }
            if (chain.IsOn(hook == FilterHook.Egress ? packet.OutgoingLink : packet.IncomingLink) is not { } isOn)
            {
                unknown.Add(chain);
                continue;
            }
            if (!isOn)
            {
                continue;
            }
            var steps = new Steps(chains, packet);
            var step = steps.Walk(chain, 0);
            bool isDropped = step == Step.Dropped || step == Step.Through && chain.IsDropping;
            marked = steps.Packet.Mark != packet.Mark && steps.Packet.Mark is not null ? chain : marked;
            packet = steps.Packet;
            if (step == Step.Unsure || (steps.MayChange && !isDropped))
            {
                unknown.Add(chain);
            }
            if (isDropped || step == Step.Translated || steps.Queue is not null)
            {
                return new FilterWalk(steps.Queue, isDropped ? chain : null, unknown)
                {
                    QueuedBy = steps.Queue is null ? null : chain,
                    TranslatedBy = step == Step.Translated ? chain : null,
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

    private enum Step
    {
        Through,
        Accepted,
        Dropped,
        Translated,
        Unsure,
        Returned,
    }

    private sealed class Steps(FilterSet chains, FilteredPacket packet)
    {
        public QueueRule? Queue { get; private set; }

        /// <summary>A rule of which it is not known whether it is for the packet drops it, or changes where it goes.
        /// </summary>
        public bool MayChange { get; private set; }

        public FilteredPacket Packet { get; private set; } = packet;

        public Step Walk(FilterChain chain, int depth)
        {
            if (depth > DeepestJump)
            {
                return Step.Unsure;
            }
            foreach (var rule in chain.Rules)
            {
                bool? holds = rule.Holds(Packet);
                if (holds == false)
                {
                    continue;
                }
                var before = Packet;
                var step = After(rule, chain, depth);
                if (holds == true && step != Step.Through)
                {
                    return step == Step.Returned ? Step.Through : step;
                }
                bool changes = step is Step.Dropped or Step.Translated or Step.Unsure || Packet != before;
                MayChange |= changes && (rule.IsUnsure(before) || Packet.Mark is null && before.Mark is not null);
                Packet = holds is null ? before : Packet;
            }
            return Step.Through;
        }

        private Step After(FilterRule rule, FilterChain chain, int depth)
        {
            if (rule.Mark is { } mark)
            {
                Packet = Packet with { Mark = mark.After(Packet.Mark) };
            }
            switch (rule.Verdict)
            {
                case FilterVerdict.Accept: return Step.Accepted;
                case FilterVerdict.Drop: return Step.Dropped;
                case FilterVerdict.Translate: return Step.Translated;
                case FilterVerdict.Return: return Step.Returned;
                case FilterVerdict.Queue:
                    Queue ??= rule.Queue;
                    return Step.Accepted;
                case FilterVerdict.Jump or FilterVerdict.GoTo:
                    var next = chains.Next(chain, rule);
                    var step = next is null ? Step.Unsure : Walk(next, depth + 1);
                    return step == Step.Through && rule.Verdict == FilterVerdict.GoTo ? Step.Returned : step;
                case FilterVerdict.Unknown: return Step.Unsure;
                default: return Step.Through;
            }
        }
    }
}

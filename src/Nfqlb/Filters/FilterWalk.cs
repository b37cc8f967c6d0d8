using Nfqlb.Queues;

namespace Nfqlb.Filters;

/// <summary>The way of a packet through the chains of a hook.</summary>
/// <param name="Queue">The first rule that queues it, or may; null for none.</param>
/// <param name="DroppedBy">The chain that drops it for certain; null for none.</param>
/// <param name="NotInterpreted">Chains with rules that may drop it, by conditions or in ways that are not known here.
/// </param>
public sealed record FilterWalk(
    QueueRule? Queue, FilterChain? DroppedBy, IReadOnlyList<FilterChain> NotInterpreted)
{
    private const int DeepestJump = 16;

    /// <summary>Walks.</summary>
    /// <param name="chains">All there are.</param>
    /// <param name="hook">Where.</param>
    /// <param name="packet">The packet.</param>
    /// <param name="isQueued">Others queue it at <paramref name="queuePriority"/>.</param>
    /// <param name="queuePriority">Chains of lower priority come before that.</param>
    public static FilterWalk Of(
        IReadOnlyList<FilterChain> chains, FilterHook hook, FilteredPacket packet, bool isQueued = false,
        int queuePriority = int.MaxValue)
    {
        QueueRule? queue = null;
        var unknown = new List<FilterChain>();
        var bases = chains.Where(chain => chain.Hook == hook && chain.IsFor(packet.Destination.IsIpv4));
        foreach (var chain in bases.OrderBy(chain => chain.Priority))
        {
            var steps = new Steps(chains, packet);
            bool? isDropped = steps.Walk(chain, 0) switch
            {
                Step.Dropped => true,
                Step.Through when chain.IsDropping => true,
                Step.Unsure => null,
                _ => false,
            };
            queue ??= steps.Queue;
            if (isDropped == true && !(isQueued && chain.Priority > queuePriority))
            {
                return new FilterWalk(queue, chain, unknown);
            }
            if (isDropped is null || steps.MayDrop)
            {
                unknown.Add(chain);
            }
        }
        return new FilterWalk(queue, null, unknown);
    }

    private enum Step
    {
        Through,
        Accepted,
        Dropped,
        Unsure,
        Returned,
    }

    private sealed class Steps(IReadOnlyList<FilterChain> chains, FilteredPacket packet)
    {
        public QueueRule? Queue { get; private set; }

        public bool MayDrop { get; private set; }

        public Step Walk(FilterChain chain, int depth)
        {
            if (depth > DeepestJump)
            {
                return Step.Unsure;
            }
            foreach (var rule in chain.Rules)
            {
                bool? holds = rule.Holds(packet);
                if (holds == false)
                {
                    continue;
                }
                var step = After(rule, chain, depth);
                if (holds == true && step != Step.Through)
                {
                    return step == Step.Returned ? Step.Through : step;
                }
                MayDrop |= step is Step.Dropped or Step.Unsure && rule.HasUnknown;
            }
            return Step.Through;
        }

        private Step After(FilterRule rule, FilterChain chain, int depth)
        {
            switch (rule.Verdict)
            {
                case FilterVerdict.Accept: return Step.Accepted;
                case FilterVerdict.Drop: return Step.Dropped;
                case FilterVerdict.Return: return Step.Returned;
                case FilterVerdict.Queue:
                    Queue ??= rule.Queue;
                    return Step.Accepted;
                case FilterVerdict.Jump or FilterVerdict.GoTo:
                    var next = chains.FirstOrDefault(other =>
                        other.Family == chain.Family && other.Table == chain.Table && other.Name == rule.Chain);
                    var step = next is null ? Step.Unsure : Walk(next, depth + 1);
                    return step == Step.Through && rule.Verdict == FilterVerdict.GoTo ? Step.Returned : step;
                case FilterVerdict.Unknown: return Step.Unsure;
                default: return Step.Through;
            }
        }
    }
}

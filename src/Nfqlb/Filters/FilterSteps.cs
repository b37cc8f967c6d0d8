using Nfqlb.Queues;

namespace Nfqlb.Filters;

/// <summary>A packet on its way through the rules of a chain.</summary>
/// <param name="chains">All there are.</param>
/// <param name="packet">The packet.</param>
internal sealed class FilterSteps(FilterSet chains, FilteredPacket packet)
{
    private const int DeepestJump = 16;

    /// <summary>The first rule that queues it, or may; null for none.</summary>
    public QueueRule? Queue { get; private set; }

    /// <summary>A rule of which it is not known whether it is for the packet drops it, or changes where it goes.
    /// </summary>
    public bool MayChange { get; private set; }

    /// <summary>By what that cannot be told.</summary>
    public SortedSet<string> Doubts { get; } = new(StringComparer.Ordinal);

    /// <summary>A rule of which it is not known whether it is for the packet accepts it.</summary>
    public bool MayAccept { get; private set; }

    /// <summary>With the mark that it has by now.</summary>
    public FilteredPacket Packet { get; private set; } = packet;

    /// <summary>Walks through a chain, and those that it leads to.</summary>
    public FilterStep Walk(FilterChain chain, int depth)
    {
        if (depth > DeepestJump)
        {
            return FilterStep.Unsure;
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
            if (holds == true && step != FilterStep.Through)
            {
                return step == FilterStep.Returned ? FilterStep.Through : step;
            }
            Doubt(rule, before, step);
            Packet = holds is null ? before : Packet;
        }
        return FilterStep.Through;
    }

    private void Doubt(FilterRule rule, FilteredPacket before, FilterStep step)
    {
        string[] doubts = [.. rule.Doubts(before)];
        bool changes = step is FilterStep.Dropped or FilterStep.Translated or FilterStep.Unsure || Packet != before;
        bool mayChange = changes && (doubts.Length > 0 || Packet.Mark is null && before.Mark is not null);
        bool mayAccept = step == FilterStep.Accepted && doubts.Length > 0;
        MayChange |= mayChange;
        MayAccept |= mayAccept;
        if (mayChange || mayAccept)
        {
            Doubts.UnionWith(doubts);
        }
    }

    private FilterStep After(FilterRule rule, FilterChain chain, int depth)
    {
        if (rule.Mark is { } mark)
        {
            Packet = Packet with { Mark = mark.After(Packet.Mark) };
        }
        switch (rule.Verdict)
        {
            case FilterVerdict.Accept: return FilterStep.Accepted;
            case FilterVerdict.Drop: return FilterStep.Dropped;
            case FilterVerdict.Translate: return FilterStep.Translated;
            case FilterVerdict.Return: return FilterStep.Returned;
            case FilterVerdict.Queue:
                Queue ??= rule.Queue;
                return FilterStep.Accepted;
            case FilterVerdict.Jump or FilterVerdict.GoTo:
                var next = chains.Next(chain, rule);
                var step = next is null ? FilterStep.Unsure : Walk(next, depth + 1);
                return step == FilterStep.Through && rule.Verdict == FilterVerdict.GoTo ? FilterStep.Returned : step;
            case FilterVerdict.Unknown:
                Doubts.UnionWith(rule.Unknown is { } name ? [name] : []);
                return FilterStep.Unsure;
            default: return FilterStep.Through;
        }
    }
}

/// <summary>What becomes of it by a rule or a chain.</summary>
internal enum FilterStep
{
    Through,
    Accepted,
    Dropped,
    Translated,
    Unsure,
    Returned,
}

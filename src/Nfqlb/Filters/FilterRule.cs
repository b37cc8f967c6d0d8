using System.Collections.Immutable;
using Nfqlb.Queues;

namespace Nfqlb.Filters;

/// <summary>A rule of a packet filter.</summary>
/// <param name="Conditions">All must hold.</param>
/// <param name="Verdict">What becomes of packets for which they do.</param>
public sealed record FilterRule(ImmutableArray<FilterCondition> Conditions, FilterVerdict Verdict)
{
    /// <summary>The kernel's number of the rule in its table.</summary>
    public ulong Handle { get; init; }

    /// <summary>Where it queues packets; null where it does not.</summary>
    public QueueRule? Queue { get; init; }

    /// <summary>The mark it gives; null where it leaves that as it is.</summary>
    public FilterMark? Mark { get; init; }

    /// <summary>What does that which is not known here, as the kernel calls it; null where all is known.</summary>
    public string? Unknown { get; init; }

    /// <summary>The chain it goes on with, of the same table; null for none.</summary>
    public string? Chain { get; init; }

    /// <summary>Whether a packet passes all conditions; null where that cannot be told.</summary>
    public bool? Holds(FilteredPacket packet)
    {
        bool? holds = true;
        foreach (var condition in Conditions)
        {
            switch (condition.Holds(packet))
            {
                case false: return false;
                case null: holds = null; break;
            }
        }
        return holds;
    }

    /// <summary>By what it cannot be told whether a packet passes: conditions that are not known here, its link, mark
    /// or priority. A port or source that was left open is none: another packet has one.</summary>
    public IEnumerable<string> Doubts(FilteredPacket packet) =>
        Conditions.Where(condition => condition.Holds(packet) is null).Select(condition => condition switch
        {
            UnknownCondition { Name: var name } => name,
            LinkCondition => "link",
            MarkCondition => "mark",
            PriorityCondition => "priority",
            ConnectionCondition => "ct",
            _ => null,
        }).OfType<string>();
}

/// <summary>What a rule does with a packet.</summary>
public enum FilterVerdict
{
    /// <summary>The next rule follows.</summary>
    Continue,

    /// <summary>The chain ends here: the packet goes on with the next chain.</summary>
    Accept,

    /// <summary>It is dropped, or refused.</summary>
    Drop,

    /// <summary>It gets another destination (DNAT), or goes to a program of this host (tproxy).</summary>
    Translate,

    /// <summary>It is queued.</summary>
    Queue,

    /// <summary>Another chain follows, and then the next rule.</summary>
    Jump,

    /// <summary>Another chain follows, and not the next rule.</summary>
    GoTo,

    /// <summary>The chain that jumped here goes on.</summary>
    Return,

    /// <summary>Something that this program does not know.</summary>
    Unknown,
}

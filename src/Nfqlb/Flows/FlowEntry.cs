using Nfqlb.Maglev;

namespace Nfqlb.Flows;

/// <summary>A flow in force: the rule, the pool it leads to, and its counter, which outlives redefinitions.</summary>
/// <param name="Flow">The rule.</param>
/// <param name="Definition">Counts definitions, and so orders flows of equal priority; unique.</param>
/// <param name="Pool">Where its packets go; null for a helper flow, whose packets are SCTP inside UDP.</param>
/// <param name="Counter">Its packets so far.</param>
public sealed record FlowEntry(Flow Flow, ulong Definition, TargetPool? Pool, FlowCounter Counter)
{
    /// <summary>Whether it goes before another one.</summary>
    public FlowRank Rank => FlowRank.Of(Flow.Priority, Definition);
}

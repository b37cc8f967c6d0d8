namespace Nfqlb.Flows.Index;

/// <summary>A part of the index: some flows, of which it finds the first that accepts a packet. Persistent.</summary>
internal abstract class RuleNode
{
    /// <summary>The rank of its first flow.</summary>
    public abstract FlowRank Best { get; }

    /// <summary>The same with one flow more.</summary>
    public abstract RuleNode With(FlowEntry entry);

    /// <summary>The same with one flow less, which is in it; null when nothing is left.</summary>
    public abstract RuleNode? Without(FlowEntry entry);

    /// <summary>Looks for a flow that accepts the packet and goes before the one found so far.</summary>
    /// <param name="query">The packet.</param>
    /// <param name="found">The first flow so far, or null; goes behind <see cref="Best"/>.</param>
    /// <returns>What was found here, else what was found so far.</returns>
    public abstract Rule? Find(in FlowQuery query, Rule? found);
}

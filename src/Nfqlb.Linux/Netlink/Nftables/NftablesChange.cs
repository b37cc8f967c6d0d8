using Nfqlb.Queues;

namespace Nfqlb.Linux.Netlink.Nftables;

/// <summary>One step of a plan. Its text names what comes or goes: `+ chain output`, `- rule raw: …`.</summary>
public abstract record NftablesChange
{
    private protected NftablesChange()
    {
    }

    /// <summary>What comes (`+`) and what goes (`-`), a line each.</summary>
    public abstract IEnumerable<string> Lines { get; }

    /// <summary>As errors name it: the first line, and how many follow.</summary>
    public sealed override string ToString()
    {
        var lines = Lines.ToList();
        return lines.Count > 1 ? $"{lines[0]} and {lines.Count - 1} more" : string.Concat(lines);
    }

    /// <summary>Appends the requests that do it.</summary>
    /// <param name="batch">To be sent as one.</param>
    /// <param name="kind">How new rules hand packets to a queue.</param>
    internal abstract void Write(NetlinkBatch batch, QueueKind kind);

    internal sealed record AddTable : NftablesChange
    {
        public override IEnumerable<string> Lines => [$"+ table inet {VipTableLayout.Name}"];

        internal override void Write(NetlinkBatch batch, QueueKind kind) => NftRequests.NewTable(batch, this);
    }

    /// <summary>With all that is in it.</summary>
    internal sealed record DeleteTable : NftablesChange
    {
        public override IEnumerable<string> Lines => [$"- table inet {VipTableLayout.Name}"];

        internal override void Write(NetlinkBatch batch, QueueKind kind) => NftRequests.DeleteTable(batch, this);
    }

    internal sealed record AddSet(VipFamily Family) : NftablesChange
    {
        public override IEnumerable<string> Lines => [$"+ set {Family.SetName}"];

        internal override void Write(NetlinkBatch batch, QueueKind kind) => NftRequests.NewSet(batch, Family, this);
    }

    internal sealed record AddElements(VipFamily Family, IReadOnlyList<VipElement> Elements) : NftablesChange
    {
        public override IEnumerable<string> Lines =>
            Elements.Select(element => $"+ element {Family.SetName} {element.Text(Family)}");

        internal override void Write(NetlinkBatch batch, QueueKind kind) =>
            NftRequests.NewElements(batch, Family, Elements, this);
    }

    internal sealed record DeleteElements(VipFamily Family, IReadOnlyList<VipElement> Elements) : NftablesChange
    {
        public override IEnumerable<string> Lines =>
            Elements.Select(element => $"- element {Family.SetName} {element.Text(Family)}");

        internal override void Write(NetlinkBatch batch, QueueKind kind) =>
            NftRequests.DeleteElements(batch, Family, Elements, this);
    }

    internal sealed record AddChain(NftChain Chain) : NftablesChange
    {
        public override IEnumerable<string> Lines => [$"+ {Chain}"];

        internal override void Write(NetlinkBatch batch, QueueKind kind) => NftRequests.NewChain(batch, Chain, this);
    }

    /// <summary>Of a chain that is empty by then.</summary>
    internal sealed record DeleteChain(NftChain Chain) : NftablesChange
    {
        public override IEnumerable<string> Lines => [$"- {Chain}"];

        internal override void Write(NetlinkBatch batch, QueueKind kind) =>
            NftRequests.DeleteChain(batch, Chain, this);
    }

    /// <summary>With the chains of its hashes, from 0 on.</summary>
    internal sealed record AddMap(IReadOnlyList<string> QueueChains) : NftablesChange
    {
        public override IEnumerable<string> Lines =>
        [
            $"+ map {QueueMap.Name}",
            .. QueueChains.Select((chain, hash) => $"+ element {QueueMap.Name} {hash}: goto {chain}"),
        ];

        internal override void Write(NetlinkBatch batch, QueueKind kind)
        {
            QueueMap.Make(batch, this);
            QueueMap.Fill(batch, QueueChains, this);
        }
    }

    internal sealed record DeleteMap : NftablesChange
    {
        public override IEnumerable<string> Lines => [$"- map {QueueMap.Name}"];

        internal override void Write(NetlinkBatch batch, QueueKind kind) => QueueMap.Delete(batch, this);
    }

    internal sealed record AddRule(NftRule Rule) : NftablesChange
    {
        public override IEnumerable<string> Lines => [$"+ {Rule}"];

        internal override void Write(NetlinkBatch batch, QueueKind kind) =>
            NftRequests.NewRule(batch, Rule.As(kind), this);
    }

    /// <summary>All rules of a chain.</summary>
    internal sealed record DeleteRules(NftChain Chain, IReadOnlyList<NftRule> Rules) : NftablesChange
    {
        public override IEnumerable<string> Lines => Rules.Select(rule => $"- {rule}");

        internal override void Write(NetlinkBatch batch, QueueKind kind) =>
            NftRequests.DeleteRules(batch, Chain, this);
    }
}

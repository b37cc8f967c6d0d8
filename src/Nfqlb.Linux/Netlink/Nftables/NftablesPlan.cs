using Nfqlb.Queues;
using static Nfqlb.Linux.Netlink.Nftables.NftablesChange;

namespace Nfqlb.Linux.Netlink.Nftables;

/// <summary>What has to change in the table for it to do what is wanted, and nothing else.</summary>
/// <remarks>
/// All of it is one transaction of the kernel: a packet meets the rules and elements from before or those from after,
/// so a VIP that stays has its queue rule at every moment. VIPs are added and taken away one by one, rules a chain at a
/// time. A table that is dormant, whose sets are not ours, or that holds what cannot be compared, is made anew in one
/// transaction. Chains and sets that somebody added under other names are left otherwise.
/// A base chain that goes takes all packets with it that wait in any queue of the namespace (nf_queue_nf_hook_drop() in
/// net/netfilter/core.c). So one that is of no use any more loses its rules, and stands until the table goes.
/// </remarks>
public sealed class NftablesPlan
{
    private NftablesPlan(IReadOnlyList<NftablesChange> changes) => Changes = changes;

    /// <summary>In the order they are carried out; none when all is as wanted.</summary>
    public IReadOnlyList<NftablesChange> Changes { get; }

    /// <summary>True when the table is as wanted. Either kind of queue rule is.</summary>
    public bool IsEmpty => Changes.Count == 0;

    /// <summary>What comes (`+`) and what goes (`-`), a line each.</summary>
    public IEnumerable<string> Lines => Changes.SelectMany(change => change.Lines);

    /// <summary>From what there is to what is wanted; null wants no table.</summary>
    public static NftablesPlan Between(NftablesReading actual, NftablesState? wanted)
    {
        var changes = (actual.Exists, wanted) switch
        {
            (false, null) => [],
            (true, null) => [new DeleteTable()],
            (false, { } state) => Make(state),
            (true, { } state) when CanBeChanged(actual) => Change(actual, state),
            (true, { } state) => Make(state).Prepend(new DeleteTable()),
        };
        return new NftablesPlan([.. changes]);
    }

    /// <summary>Appends the requests that carry it out.</summary>
    internal void Write(NetlinkBatch batch, QueueKind kind)
    {
        foreach (var change in Changes)
        {
            change.Write(batch, kind);
        }
    }

    private static bool CanBeChanged(NftablesReading actual) =>
        actual.Flags == 0
        && !actual.HasOtherElements
        && Array.TrueForAll(VipFamily.Both, family => actual.Sets.Contains(NftSet.Of(family)));

    private static IEnumerable<NftablesChange> Make(NftablesState state) =>
    [
        new AddTable(),
        .. VipTableLayout.Chains(state).Select(chain => new AddChain(chain)),
        .. VipFamily.Both.SelectMany(family => MakeSet(state, family)),
        .. PortSpread.Make(state.Queue),
        .. VipTableLayout.Chains(state).SelectMany(chain => AddRules(state, chain)),
    ];

    private static IEnumerable<NftablesChange> MakeSet(NftablesState state, VipFamily family) =>
        [new AddSet(family), .. ChangeElements([], VipElement.Of(state.Vips, family), family)];

    /// <remarks>Elements go before others come: in between they could overlap.</remarks>
    private static IEnumerable<NftablesChange> Change(NftablesReading actual, NftablesState state) =>
    [
        .. ChangeRules(actual, state),
        .. VipFamily.Both.SelectMany(
            family => ChangeElements(actual.Elements(family), VipElement.Of(state.Vips, family), family)),
    ];

    /// <remarks>Where the spread by ports is another one, the rules that lead to it go first and come last.</remarks>
    private static IEnumerable<NftablesChange> ChangeRules(NftablesReading actual, NftablesState state)
    {
        var spread = PortSpread.Change(actual, state.Queue);
        NftChain[] leading = spread.Count == 0 ? [] : [NftChain.Prerouting, NftChain.Output];
        var remaining = actual.Rules.ToList();
        var goes = new List<NftablesChange>();
        foreach (var chain in leading)
        {
            List<NftRule> rules = [.. remaining.Where(rule => rule.Chain == chain.Name)];
            remaining.RemoveAll(rule => rule.Chain == chain.Name);
            if (rules.Count > 0)
            {
                goes.Add(new DeleteRules(chain, rules));
            }
        }

        return
        [
            .. goes, .. spread, .. NftChain.All.SelectMany(chain => ChangeChain(actual, remaining, state, chain)),
        ];
    }

    private static IEnumerable<NftablesChange> ChangeElements(
        IReadOnlyList<VipElement> actual, IReadOnlyList<VipElement> wanted, VipFamily family)
    {
        var stays = wanted.ToHashSet();
        stays.IntersectWith(actual);
        List<VipElement> goes = [.. actual.Where(element => !stays.Contains(element))];
        List<VipElement> comes = [.. wanted.Where(element => !stays.Contains(element))];
        if (goes.Count > 0)
        {
            yield return new DeleteElements(family, goes);
        }

        if (comes.Count > 0)
        {
            yield return new AddElements(family, comes);
        }
    }

    private static List<NftablesChange> ChangeChain(
        NftablesReading actual, List<NftRule> rules, NftablesState state, NftChain chain)
    {
        var there = actual.Chains.FirstOrDefault(one => one.Name == chain.Name);
        List<NftRule> actualRules = [.. rules.Where(rule => rule.Chain == chain.Name)];
        bool isWanted = VipTableLayout.Chains(state).Contains(chain);
        bool isRight = there == chain || (there is null && !isWanted);
        if (isRight && AreSame(actualRules, isWanted ? [.. VipTableLayout.Rules(state, chain)] : []))
        {
            return [];
        }

        var changes = new List<NftablesChange>();
        if (actualRules.Count > 0)
        {
            changes.Add(new DeleteRules(chain, actualRules));
        }

        if (there is not null && !isRight)
        {
            changes.Add(new DeleteChain(chain));
        }

        if (isWanted)
        {
            changes.AddRange(isRight ? [] : [new AddChain(chain)]);
            changes.AddRange(AddRules(state, chain));
        }

        return changes;
    }

    private static IEnumerable<NftablesChange> AddRules(NftablesState state, NftChain chain) =>
        VipTableLayout.Rules(state, chain).Select(rule => new AddRule(rule));

    private static bool AreSame(List<NftRule> actual, List<NftRule> wanted) =>
        actual.Count == wanted.Count && actual.Zip(wanted).All(pair => pair.First.DoesAs(pair.Second));
}

using Nfqlb.Queues;

namespace Nfqlb.Linux.Netlink.Nftables;

/// <summary>What the table `inet nfqlb` holds in the kernel, all of one generation. Nothing of other tables.</summary>
public sealed class NftablesReading
{
    /// <summary>The generation of the namespace's rules: it changes with every change of any table.</summary>
    public required uint Generation { get; init; }

    /// <summary>False when there is no such table; then all else is empty.</summary>
    public required bool Exists { get; init; }

    /// <summary>The prefixes as they were given, also where the rules for them are missing.</summary>
    public VipSet Vips { get; private init; } = VipSet.Empty;

    /// <summary>Where packets go, by the first rule that hands them to a queue; null when none does.</summary>
    public QueueRule? Queue => PortSpread.Read(Rules) ?? QueueRules.Select(rule => rule.Queue).FirstOrDefault();

    /// <summary>How they get there, by the same rule.</summary>
    public QueueKind? Kind => QueueRules.Select(rule => rule.Kind).FirstOrDefault();

    /// <summary>Whether a chain keeps connection tracking away. One without rules does not.</summary>
    public bool WithoutConntrack =>
        Chains.Contains(NftChain.Raw) && Rules.Any(rule => rule.Chain == NftChain.Raw.Name);

    /// <summary>Whether packets that the fast path has decided pass by the queues.</summary>
    public bool PassesDecided => Rules.Any(rule => rule.DoesAs(VipTableLayout.PassDecided));

    /// <summary>The state that <see cref="NftablesPlan"/> compares with; null where no rule has a queue.</summary>
    /// <remarks>What somebody else has done to the table does not show here, but in a plan.</remarks>
    public NftablesState? State => Queue is { } queue ? new NftablesState(Vips, queue, WithoutConntrack) : null;

    /// <summary>The rules, with what they have counted.</summary>
    public IEnumerable<RuleListing> Listing => Rules.Select(RuleListing.Of);

    /// <summary>Of the table, NFT_TABLE_F_ bits; ours has none. One that is dormant does nothing.</summary>
    internal uint Flags { get; private init; }

    /// <summary>The chains of the table, ours and others'.</summary>
    internal IReadOnlyList<NftChain> Chains { get; init; } = [];

    /// <summary>The sets of the table, ours and others'.</summary>
    internal IReadOnlyList<NftSet> Sets { get; init; } = [];

    /// <summary>The rules of the table, ours and others', those of one chain in order.</summary>
    internal IReadOnlyList<NftRule> Rules { get; init; } = [];

    /// <summary>The chain of each hash, where packets are spread by ports.</summary>
    internal IReadOnlyDictionary<uint, string> QueueMap { get; private init; } = new Dictionary<uint, string>();

    /// <summary>A set of ours holds something that is no interval, so its elements do not say all.</summary>
    internal bool HasOtherElements { get; private init; }

    private IReadOnlyDictionary<VipFamily, List<VipElement>> ElementsOf { get; init; } =
        new Dictionary<VipFamily, List<VipElement>>();

    private IEnumerable<NftRule> QueueRules => Rules.Where(rule => rule.Kind is not null);

    /// <summary>Of an empty place.</summary>
    internal static NftablesReading Absent(uint generation) => new() { Generation = generation, Exists = false };

    /// <summary>Of a table that was dumped.</summary>
    internal static NftablesReading Of(
        uint generation,
        uint flags,
        IReadOnlyList<NftChain> chains,
        IReadOnlyList<NftSet> sets,
        IReadOnlyList<NftRule> rules,
        IReadOnlyDictionary<VipFamily, NftElements> dumped,
        IReadOnlyDictionary<uint, string>? queueMap = null)
    {
        var elements = dumped.ToDictionary(pair => pair.Key, pair => pair.Value.ToList());
        return new NftablesReading
        {
            Generation = generation,
            Exists = true,
            Flags = flags,
            Chains = chains,
            Sets = sets,
            Rules = rules,
            QueueMap = queueMap ?? new Dictionary<uint, string>(),
            ElementsOf = elements,
            HasOtherElements = dumped.Values.Any(part => part.HasOthers),
            Vips = VipSet.Of(elements.SelectMany(
                pair => pair.Value.SelectMany(element => element.Prefixes(pair.Key)))),
        };
    }

    /// <summary>The elements of the set of one family, by address.</summary>
    internal IReadOnlyList<VipElement> Elements(VipFamily family) =>
        ElementsOf.TryGetValue(family, out var elements) ? elements : [];
}

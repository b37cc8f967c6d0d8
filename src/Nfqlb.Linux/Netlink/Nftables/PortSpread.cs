using System.Text.RegularExpressions;
using Nfqlb.Linux.Netlink.Nftables.Expressions;
using Nfqlb.Packets;
using Nfqlb.Queues;
using static Nfqlb.Linux.Netlink.Nftables.NftablesChange;
using static Nfqlb.Linux.Netlink.Nftables.UapiNftables;

namespace Nfqlb.Linux.Netlink.Nftables;

/// <summary>The part of the table that spreads packets over queues by addresses and ports.</summary>
/// <remarks>
/// Neither the `queue` statement nor NFQUEUE spreads by ports, and the packet's mark is for others. So a hash picks a
/// chain, and each queue has one:
/// <code>
/// map queues { type integer : verdict; elements = { 0 : goto queue0, 1 : goto queue1 } }
/// chain spread4 {
///     meta l4proto tcp jhash ip saddr . ip daddr . @th,0,32 mod 2 vmap @queues     and udp, and sctp
///     jhash ip saddr . ip daddr mod 2 vmap @queues
/// }
/// chain queue0 { counter queue to 0 }
/// </code>
/// Fragments but the first have no transport header: to load it fails, and the last rule takes them. ICMP goes that way
/// too, as its first bytes differ from packet to packet.
/// </remarks>
internal static partial class PortSpread
{
    private const string QueuePrefix = "queue";
    private const int PortBytes = 4;

    private static readonly IpProtocol[] WithPorts = [IpProtocol.Tcp, IpProtocol.Udp, IpProtocol.Sctp];

    /// <summary>The chain that spreads packets of a family.</summary>
    public static string ChainOf(VipFamily family) => family == VipFamily.Ipv4 ? "spread4" : "spread6";

    /// <summary>Where a chain's packets go as a whole, by the rules of the queues' chains; null when there are none.
    /// </summary>
    public static QueueRule? Read(IEnumerable<NftRule> rules)
    {
        QueueRule[] queues =
        [
            .. rules.Where(rule => IsOfQueue(rule.Chain)).Select(rule => rule.Queue).OfType<QueueRule>()
                .OrderBy(queue => queue.Queues.First.Value),
        ];
        return queues.Length == 0 ? null : new QueueRule(new QueueRange(queues[0].Queues.First, queues[^1].Queues.Last))
        {
            Bypass = queues[0].Bypass,
            ByPorts = true,
        };
    }

    /// <summary>What has to change in this part; nothing when it is as wanted.</summary>
    /// <param name="actual">The table.</param>
    /// <param name="wanted">Where packets shall go.</param>
    public static IReadOnlyList<NftablesChange> Change(NftablesReading actual, QueueRule wanted)
    {
        string[] chains = wanted.ByPorts ? [.. Chains(wanted)] : [];
        NftRule[] rules = wanted.ByPorts ? [.. Rules(wanted)] : [];
        string[] actualChains = [.. actual.Chains.Select(chain => chain.Name).Where(IsOurs)];
        NftRule[] actualRules = [.. actual.Rules.Where(rule => IsOurs(rule.Chain))];
        bool hasMap = actual.Sets.Any(set => set.Name == QueueMap.Name);
        bool isRight = actualChains.Order(StringComparer.Ordinal).SequenceEqual(chains.Order(StringComparer.Ordinal))
            && Array.TrueForAll(chains, name => actual.Chains.Contains(NftChain.Plain(name)))
            && Array.TrueForAll(chains, name => AreSame(Of(actualRules, name), Of(rules, name)))
            && (wanted.ByPorts ? actual.Sets.Contains(QueueMap.Set) && IsAsWanted(actual.QueueMap, wanted) : !hasMap);
        return isRight ? [] :
        [
            .. actualRules.GroupBy(rule => rule.Chain).OrderBy(group => IsOfQueue(group.Key))
                .Select(group => new DeleteRules(NftChain.Plain(group.Key), [.. group])),
            .. hasMap ? (NftablesChange[])[new DeleteMap()] : [],
            .. actualChains.Select(name => new DeleteChain(NftChain.Plain(name))),
            .. wanted.ByPorts ? Make(wanted) : [],
        ];
    }

    /// <summary>All of it anew, behind the table and in front of the rules that lead here.</summary>
    public static IEnumerable<NftablesChange> Make(QueueRule wanted) => !wanted.ByPorts ? [] :
    [
        .. Chains(wanted).Select(name => new AddChain(NftChain.Plain(name))),
        new AddMap([.. QueueChains(wanted)]),
        .. Rules(wanted).Select(rule => new AddRule(rule)),
    ];

    private static IEnumerable<string> QueueChains(QueueRule wanted) =>
        wanted.Queues.Numbers.Select(number => $"{QueuePrefix}{number}");

    private static IEnumerable<string> Chains(QueueRule wanted) =>
        [.. QueueChains(wanted), .. VipFamily.Both.Select(ChainOf)];

    private static IEnumerable<NftRule> Rules(QueueRule wanted) =>
    [
        .. wanted.Queues.Numbers.Select(number => new NftRule(
            $"{QueuePrefix}{number}",
            [
                new Counter(),
                new QueueNatively(new QueueRule(new QueueRange(number, number)) { Bypass = wanted.Bypass }),
            ])),
        .. VipFamily.Both.SelectMany(family => Spread(family, (uint)wanted.Queues.Count)),
    ];

    /// <remarks>Source and destination stand side by side in either header.</remarks>
    private static IEnumerable<NftRule> Spread(VipFamily family, uint queues)
    {
        string chain = ChainOf(family);
        uint addressBytes = 2 * (uint)family.AddressBytes;
        var addresses = new LoadHeader(family.SourceOffset, addressBytes) { Register = HashJenkins.Source };
        var ports = new LoadHeader(0, PortBytes)
        {
            Header = NFT_PAYLOAD_TRANSPORT_HEADER,
            Register = RegisterBehind(addressBytes),
        };
        foreach (var protocol in WithPorts)
        {
            yield return new NftRule(
                chain,
                [
                    new LoadMeta(NFT_META_L4PROTO), new Compare((byte)protocol), addresses, ports,
                    new HashJenkins(addressBytes + PortBytes, queues), new GoToByMap(QueueMap.Name),
                ]);
        }

        yield return new NftRule(
            chain, [addresses, new HashJenkins(addressBytes, queues), new GoToByMap(QueueMap.Name)]);
    }

    /// <summary>Registers of 4 bytes share the memory of those of 16; where one of 16 begins, the kernel has its name.
    /// </summary>
    private static uint RegisterBehind(uint bytes)
    {
        const uint wordsOfRegister = 4;
        uint word = (HashJenkins.Source - NFT_REG_1) * wordsOfRegister + bytes / sizeof(uint);
        return word % wordsOfRegister == 0 ? NFT_REG_1 + word / wordsOfRegister : NFT_REG32_00 + word;
    }

    private static bool IsAsWanted(IReadOnlyDictionary<uint, string> actual, QueueRule wanted)
    {
        string[] chains = [.. QueueChains(wanted)];
        return actual.Count == chains.Length
            && chains.Index().All(pair => actual.GetValueOrDefault((uint)pair.Index) == pair.Item);
    }

    private static NftRule[] Of(NftRule[] rules, string chain) => [.. rules.Where(rule => rule.Chain == chain)];

    private static bool AreSame(NftRule[] actual, NftRule[] wanted) =>
        actual.Length == wanted.Length && actual.Zip(wanted).All(pair => pair.First.DoesAs(pair.Second));

    private static bool IsOurs(string chain) =>
        IsOfQueue(chain) || Array.Exists(VipFamily.Both, family => ChainOf(family) == chain);

    private static bool IsOfQueue(string chain) => QueueChain().IsMatch(chain);

    [GeneratedRegex("^queue[0-9]{1,5}$")]
    private static partial Regex QueueChain();
}

using System.Collections.Immutable;
using Nfqlb.Filters;
using static Nfqlb.Linux.Netlink.Nftables.UapiNftables;
using static Nfqlb.Linux.Netlink.Uapi.UapiNetlink;

namespace Nfqlb.Linux.Netlink.Nftables;

/// <summary>Reads the chains of all tables but ours, those of iptables-nft among them.</summary>
public static class FilterReader
{
    /// <summary>All chains of the network namespace of this thread.</summary>
    /// <exception cref="NetlinkException">The kernel has no nf_tables, or no privilege was held.</exception>
    public static IReadOnlyList<FilterChain> Read()
    {
        using var socket = NetlinkSocket.Open(NetlinkProtocol.Netfilter);
        var chains = socket.Dump(Listing(NFT_MSG_GETCHAIN), DecodeChain);
        var rules = socket.Dump(Listing(NFT_MSG_GETRULE), DecodeRule)
            .ToLookup(listed => listed.Chain, listed => listed.Rule);
        return [.. chains.Select(chain => chain with { Rules = [.. rules[$"{chain}"]] })];
    }

    private static NetlinkBatch Listing(ushort message)
    {
        var request = new NetlinkBatch();
        using (request.Request(NftRequests.MessageType(message), NLM_F_DUMP, "rules of nf_tables"))
        {
            request.Writer.Append(new nfgenmsg { nfgen_family = NFPROTO_UNSPEC });
        }

        return request;
    }

    private static FilterChain? DecodeChain(NetlinkMessage message)
    {
        var attributes = message.Read<nfgenmsg>(out var header);
        string family = FamilyOf(header);
        string table = "", name = "";
        uint policy = NF_ACCEPT;
        bool isNat = false;
        var place = default(Place);
        while (attributes.Next())
        {
            switch (attributes.Type)
            {
                case NFTA_CHAIN_TABLE: table = attributes.Text; break;
                case NFTA_CHAIN_NAME: name = attributes.Text; break;
                case NFTA_CHAIN_TYPE: isNat = attributes.Text == "nat"; break;
                case NFTA_CHAIN_POLICY: policy = attributes.UInt32BigEndian; break;
                case NFTA_CHAIN_HOOK: place = PlaceOf(header.nfgen_family, attributes.Nested); break;
            }
        }

        return family.Length == 0 || IsOurs(family, table) ? null : new FilterChain(family, table, name, [])
        {
            Hook = place.Hook,
            Priority = place.Priority,
            Links = place.Links ?? [],
            IsNat = isNat,
            IsDropping = policy == NF_DROP,
        };
    }

    internal static ListedRule? DecodeRule(NetlinkMessage message)
    {
        var attributes = message.Read<nfgenmsg>(out var header);
        string family = FamilyOf(header);
        string table = "", chain = "";
        ulong handle = 0;
        var steps = default(NetlinkAttributes);
        while (attributes.Next())
        {
            switch (attributes.Type)
            {
                case NFTA_RULE_TABLE: table = attributes.Text; break;
                case NFTA_RULE_CHAIN: chain = attributes.Text; break;
                case NFTA_RULE_HANDLE: handle = attributes.UInt64BigEndian; break;
                case NFTA_RULE_EXPRESSIONS: steps = attributes.Nested; break;
            }
        }

        return family.Length == 0 || IsOurs(family, table)
            ? null
            : new ListedRule($"{family} {table} {chain}", FilterRuleDecoder.Read(steps) with { Handle = handle });
    }

    private static bool IsOurs(string family, string table) => family == "inet" && table == VipTableLayout.Name;

    private static string FamilyOf(nfgenmsg header) => header.nfgen_family switch
    {
        NFPROTO_INET => "inet",
        NFPROTO_IPV4 => "ip",
        NFPROTO_IPV6 => "ip6",
        NFPROTO_NETDEV => "netdev",
        NFPROTO_ARP => "arp",
        NFPROTO_BRIDGE => "bridge",
        _ => "",
    };

    private static Place PlaceOf(byte family, NetlinkAttributes attributes)
    {
        var place = default(Place);
        while (attributes.Next())
        {
            switch (attributes.Type)
            {
                case NFTA_HOOK_HOOKNUM: place = place with { Hook = HookOf(family, attributes.UInt32BigEndian) }; break;
                case NFTA_HOOK_PRIORITY: place = place with { Priority = (int)attributes.UInt32BigEndian }; break;
                case NFTA_HOOK_DEV: place = place with { Links = [attributes.Text] }; break;
                case NFTA_HOOK_DEVS: place = place with { Links = LinksIn(attributes.Nested) }; break;
            }
        }

        return place;
    }

    private static FilterHook? HookOf(byte family, uint number) => (family, number) switch
    {
        (NFPROTO_NETDEV, NF_NETDEV_INGRESS) or (NFPROTO_INET, NF_INET_INGRESS) => FilterHook.Ingress,
        (NFPROTO_NETDEV, NF_NETDEV_EGRESS) => FilterHook.Egress,
        (NFPROTO_NETDEV or NFPROTO_ARP or NFPROTO_BRIDGE, _) => null,
        (_, NF_INET_PRE_ROUTING) => FilterHook.Prerouting,
        (_, NF_INET_LOCAL_IN) => FilterHook.Input,
        (_, NF_INET_FORWARD) => FilterHook.Forward,
        (_, NF_INET_LOCAL_OUT) => FilterHook.Output,
        (_, NF_INET_POST_ROUTING) => FilterHook.Postrouting,
        _ => null,
    };

    /// <summary>Names, and what kernel 6.16 has beside them: how names begin (NFTA_DEVICE_PREFIX).</summary>
    private static ImmutableArray<string> LinksIn(NetlinkAttributes list)
    {
        var links = ImmutableArray.CreateBuilder<string>();
        while (list.Next())
        {
            links.Add(list.Type == NFTA_DEVICE_NAME ? list.Text : list.Text + "*");
        }

        return links.ToImmutable();
    }

    /// <summary>Where packets come to a chain.</summary>
    private readonly record struct Place(FilterHook? Hook, int Priority, ImmutableArray<string>? Links);

    internal sealed record ListedRule(string Chain, FilterRule Rule);
}

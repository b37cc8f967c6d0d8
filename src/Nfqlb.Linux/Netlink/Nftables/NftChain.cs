using static Nfqlb.Linux.Netlink.Nftables.UapiNftables;

namespace Nfqlb.Linux.Netlink.Nftables;

/// <summary>A base chain: where in a packet's way its rules are asked, and when among those of others.</summary>
/// <param name="Name">In the table.</param>
/// <param name="Type">`filter`, or `route`, which routes anew what has got another mark.</param>
/// <param name="Hook">NF_INET_ number.</param>
/// <param name="Priority">Lower ones come first.</param>
internal sealed record NftChain(string Name, string Type, uint Hook, int Priority)
{
    private const uint NoHook = uint.MaxValue;

    /// <summary>Packets from the network, before they are routed, where a mark picks the table.</summary>
    public static NftChain Prerouting { get; } =
        new("prerouting", "filter", NF_INET_PRE_ROUTING, NF_IP_PRI_MANGLE);

    /// <summary>Packets this host makes: its ICMP errors about a VIP's packets belong to a target.</summary>
    public static NftChain Output { get; } = new("output", "route", NF_INET_LOCAL_OUT, NF_IP_PRI_MANGLE);

    /// <summary>
    /// Before defragmentation (-400) and so before connection tracking (-200), because the defragmenter passes over
    /// what is untracked already, and only that. At raw's usual priority, -300, fragments have been put together.
    /// </summary>
    public static NftChain Raw { get; } =
        new("raw", "filter", NF_INET_PRE_ROUTING, NF_IP_PRI_RAW_BEFORE_DEFRAG);

    /// <summary>All that this program ever makes, but for plain ones.</summary>
    public static NftChain[] All { get; } = [Prerouting, Output, Raw];

    /// <summary>False for a chain that packets come to by rules alone.</summary>
    public bool IsBase => Hook != NoHook;

    /// <summary>A chain that packets come to by rules alone.</summary>
    public static NftChain Plain(string name) => new(name, "", NoHook, 0);

    /// <summary>Reads the attributes of an NFT_MSG_NEWCHAIN.</summary>
    /// <returns>The chain's table, and the chain; one without a hook, or that drops by policy,
    /// has an empty type.</returns>
    public static (string Table, NftChain Chain) Read(NetlinkAttributes attributes)
    {
        string table = "", name = "", type = "";
        uint hook = NoHook, policy = NF_ACCEPT;
        int priority = 0;
        while (attributes.Next())
        {
            switch (attributes.Type)
            {
                case NFTA_CHAIN_TABLE:
                    table = attributes.Text;
                    break;
                case NFTA_CHAIN_NAME:
                    name = attributes.Text;
                    break;
                case NFTA_CHAIN_TYPE:
                    type = attributes.Text;
                    break;
                case NFTA_CHAIN_HOOK:
                    (hook, priority) = ReadHook(attributes.Nested);
                    break;
                case NFTA_CHAIN_POLICY:
                    policy = attributes.UInt32BigEndian;
                    break;
            }
        }

        // Another policy would drop packets that are for no VIP: never a chain of ours.
        return (table, new NftChain(name, policy == NF_ACCEPT ? type : "", hook, priority));
    }

    /// <summary>As differences name it.</summary>
    public override string ToString() => $"chain {Name}";

    private static (uint Hook, int Priority) ReadHook(NetlinkAttributes attributes)
    {
        uint hook = NoHook;
        int priority = 0;
        while (attributes.Next())
        {
            switch (attributes.Type)
            {
                case NFTA_HOOK_HOOKNUM:
                    hook = attributes.UInt32BigEndian;
                    break;
                case NFTA_HOOK_PRIORITY:
                    priority = (int)attributes.UInt32BigEndian;
                    break;
            }
        }

        return (hook, priority);
    }
}

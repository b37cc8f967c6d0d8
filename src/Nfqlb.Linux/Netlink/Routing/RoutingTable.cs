using static Nfqlb.Linux.Netlink.Uapi.UapiRtnetlink;

namespace Nfqlb.Linux.Netlink.Routing;

/// <summary>A table of routes, by number. Each family has its own.</summary>
/// <param name="Id">1 to 4,294,967,295; 0 is no table.</param>
public readonly record struct RoutingTable(uint Id)
{
    /// <summary>Addresses of this host; kept by the kernel.</summary>
    public static RoutingTable Local => new(RT_TABLE_LOCAL);

    /// <summary>The table of ordinary routing.</summary>
    public static RoutingTable Main => new(RT_TABLE_MAIN);

    /// <summary>The one behind it, empty as a rule.</summary>
    public static RoutingTable Default => new(RT_TABLE_DEFAULT);

    /// <summary>The number as it stands in a message's header, where it has a byte: 0 when it does not fit.</summary>
    internal byte InHeader => Id <= byte.MaxValue ? (byte)Id : RT_TABLE_UNSPEC;

    /// <summary>As ip(8) writes it: a name for those every system has, else the number.</summary>
    public override string ToString() => Id switch
    {
        RT_TABLE_LOCAL => "local",
        RT_TABLE_MAIN => "main",
        RT_TABLE_DEFAULT => "default",
        _ => $"{Id}",
    };
}

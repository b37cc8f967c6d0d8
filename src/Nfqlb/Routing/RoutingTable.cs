namespace Nfqlb.Routing;

/// <summary>A table of routes, by number. Each family has its own.</summary>
/// <param name="Id">1 to 4,294,967,295; 0 is no table.</param>
public readonly record struct RoutingTable(uint Id)
{
    /// <summary>RT_TABLE_*, linux/rtnetlink.h.</summary>
    private const uint LocalId = 255;
    private const uint MainId = 254;
    private const uint DefaultId = 253;

    /// <summary>Addresses of this host; kept by the kernel.</summary>
    public static RoutingTable Local => new(LocalId);

    /// <summary>The table of ordinary routing.</summary>
    public static RoutingTable Main => new(MainId);

    /// <summary>The one behind it, empty as a rule.</summary>
    public static RoutingTable Default => new(DefaultId);

    /// <summary>As ip(8) writes it: a name for those every system has, else the number.</summary>
    public override string ToString() => Id switch
    {
        LocalId => "local",
        MainId => "main",
        DefaultId => "default",
        _ => $"{Id}",
    };
}

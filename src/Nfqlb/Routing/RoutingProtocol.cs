namespace Nfqlb.Routing;

/// <summary>Who made a rule or a route. The kernel keeps the number and gives it no meaning.</summary>
/// <param name="Number">0 to 255; iproute2 lists those in use in rt_protos.</param>
public readonly record struct RoutingProtocol(byte Number)
{
    /// <summary>The kernel itself.</summary>
    public static RoutingProtocol Kernel => new(2);

    /// <summary>What ip(8) writes on routes when it is told nothing.</summary>
    public static RoutingProtocol Boot => new(3);

    /// <summary>An administrator.</summary>
    public static RoutingProtocol Static => new(4);

    /// <summary>This program: what carries this number is ours, all else is another's.</summary>
    /// <remarks>78, an ASCII N. Neither linux/rtnetlink.h nor iproute2's rt_protos gives it to anybody; those who want
    /// `ip` to show a name add the line `78 nfqlb` to /etc/iproute2/rt_protos.d/nfqlb.conf.</remarks>
    public static RoutingProtocol Nfqlb => new(78);

    /// <summary>This program, of routes that announce virtual addresses: the process that holds their link makes and
    /// takes them, and no command does.</summary>
    /// <remarks>79, as nobody else's as 78.</remarks>
    public static RoutingProtocol NfqlbAnnounced => new(79);

    /// <summary>The number.</summary>
    public override string ToString() => $"{Number}";
}

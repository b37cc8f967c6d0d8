namespace Nfqlb.Routing;

/// <summary>What a rule does with a packet it matches, and with what.</summary>
/// <param name="Kind">What it does.</param>
/// <param name="Argument">The table's number, the priority to go to, else 0.</param>
public readonly record struct RuleAction(RuleActionKind Kind, uint Argument)
{
    /// <summary>A place to go to.</summary>
    public static RuleAction Nop => new(RuleActionKind.Nop, 0);

    /// <summary>Drops in silence.</summary>
    public static RuleAction Blackhole => new(RuleActionKind.Blackhole, 0);

    /// <summary>Drops with an ICMP error: host unreachable.</summary>
    public static RuleAction Unreachable => new(RuleActionKind.Unreachable, 0);

    /// <summary>Drops with an ICMP error: administratively prohibited.</summary>
    public static RuleAction Prohibit => new(RuleActionKind.Prohibit, 0);

    /// <summary>The table looked into; null for another action.</summary>
    public RoutingTable? Table => Kind == RuleActionKind.LookUp ? new RoutingTable(Argument) : null;

    /// <summary>Looks for a route in a table.</summary>
    public static RuleAction LookUp(RoutingTable table) => new(RuleActionKind.LookUp, table.Id);

    /// <summary>Goes on at the first rule of this priority, which must be behind the rule itself.</summary>
    public static RuleAction GoTo(uint priority) => new(RuleActionKind.GoTo, priority);

    /// <summary>As ip(8) writes it: `lookup 101`, `goto 2000`, `unreachable`.</summary>
    public override string ToString() => Kind switch
    {
        RuleActionKind.LookUp => $"lookup {new RoutingTable(Argument)}",
        RuleActionKind.GoTo => $"goto {Argument}",
        RuleActionKind.Nop => "nop",
        RuleActionKind.Blackhole => "blackhole",
        RuleActionKind.Unreachable => "unreachable",
        RuleActionKind.Prohibit => "prohibit",
        _ => $"action {(byte)Kind}",
    };
}

namespace Nfqlb.Routing;

/// <summary>What a rule does with a packet it matches. The numbers are the kernel's
/// (FR_ACT_*, linux/fib_rules.h).</summary>
public enum RuleActionKind : byte
{
    /// <summary>Looks for a route in a table; where it has none, the next rule follows.</summary>
    LookUp = 1,

    /// <summary>Goes on at a rule farther back.</summary>
    GoTo = 2,

    /// <summary>Nothing: a place to go to.</summary>
    Nop = 3,

    /// <summary>Drops the packet in silence.</summary>
    Blackhole = 6,

    /// <summary>Drops it and says that the host is unreachable.</summary>
    Unreachable = 7,

    /// <summary>Drops it and says that it is forbidden.</summary>
    Prohibit = 8,
}

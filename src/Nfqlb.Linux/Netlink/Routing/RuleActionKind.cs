using static Nfqlb.Linux.Netlink.Uapi.UapiFibRules;

namespace Nfqlb.Linux.Netlink.Routing;

/// <summary>What a rule does with a packet it matches. The numbers are the kernel's.</summary>
public enum RuleActionKind : byte
{
    /// <summary>Looks for a route in a table; where it has none, the next rule follows.</summary>
    LookUp = FR_ACT_TO_TBL,

    /// <summary>Goes on at a rule farther back.</summary>
    GoTo = FR_ACT_GOTO,

    /// <summary>Nothing: a place to go to.</summary>
    Nop = FR_ACT_NOP,

    /// <summary>Drops the packet in silence.</summary>
    Blackhole = FR_ACT_BLACKHOLE,

    /// <summary>Drops it and says that the host is unreachable.</summary>
    Unreachable = FR_ACT_UNREACHABLE,

    /// <summary>Drops it and says that it is forbidden.</summary>
    Prohibit = FR_ACT_PROHIBIT,
}

namespace Nfqlb.Filters;

/// <summary>What connection tracking says of a packet, with nftables' numbers (NF_CT_STATE_BIT).</summary>
[Flags]
public enum ConnectionStates : uint
{
    /// <summary>It can belong to none.</summary>
    Invalid = 1,

    /// <summary>It belongs to one of which both sides were seen.</summary>
    Established = 2,

    /// <summary>It belongs beside one, as an ICMP error does.</summary>
    Related = 4,

    /// <summary>It may begin one.</summary>
    New = 8,

    /// <summary>It is kept away from connection tracking.</summary>
    Untracked = 64,
}

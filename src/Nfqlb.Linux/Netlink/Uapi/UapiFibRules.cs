using System.Runtime.InteropServices;

namespace Nfqlb.Linux.Netlink.Uapi;

/// <summary>linux/fib_rules.h: rules of policy routing.</summary>
internal static class UapiFibRules
{
    public const uint FIB_RULE_INVERT = 2;

    public const ushort FRA_DST = 1;
    public const ushort FRA_SRC = 2;
    public const ushort FRA_IIFNAME = 3;
    public const ushort FRA_GOTO = 4;
    public const ushort FRA_PRIORITY = 6;
    public const ushort FRA_FWMARK = 10;
    public const ushort FRA_FLOW = 11;
    public const ushort FRA_SUPPRESS_IFGROUP = 13;
    public const ushort FRA_SUPPRESS_PREFIXLEN = 14;
    public const ushort FRA_TABLE = 15;
    public const ushort FRA_FWMASK = 16;
    public const ushort FRA_OIFNAME = 17;
    public const ushort FRA_L3MDEV = 19;
    public const ushort FRA_UID_RANGE = 20;
    public const ushort FRA_PROTOCOL = 21;
    public const ushort FRA_IP_PROTO = 22;
    public const ushort FRA_SPORT_RANGE = 23;
    public const ushort FRA_DPORT_RANGE = 24;

    public const byte FR_ACT_TO_TBL = 1;
    public const byte FR_ACT_GOTO = 2;
    public const byte FR_ACT_NOP = 3;
    public const byte FR_ACT_BLACKHOLE = 6;
    public const byte FR_ACT_UNREACHABLE = 7;
    public const byte FR_ACT_PROHIBIT = 8;

#pragma warning disable CS8981 // The name is C's.
    [StructLayout(LayoutKind.Sequential)]
    internal struct fib_rule_hdr
    {
        internal byte family;
        internal byte dst_len;
        internal byte src_len;
        internal byte tos;
        internal byte table;
        internal byte res1;
        internal byte res2;
        internal byte action;
        internal uint flags;
    }

    [StructLayout(LayoutKind.Sequential)]
    internal struct fib_rule_port_range
    {
        internal ushort start;
        internal ushort end;
    }
#pragma warning restore CS8981
}

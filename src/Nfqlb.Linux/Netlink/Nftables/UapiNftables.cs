using System.Runtime.InteropServices;

namespace Nfqlb.Linux.Netlink.Nftables;

/// <summary>linux/netfilter/nfnetlink.h, nf_tables.h, nf_tables_compat.h and xt_NFQUEUE.h, as far as needed.</summary>
/// <remarks>Names are the kernel's; gcc compares all with the headers. Integers in attributes are big-endian.</remarks>
internal static class UapiNftables
{
    public const ushort NFNL_MSG_BATCH_BEGIN = 0x10;
    public const ushort NFNL_MSG_BATCH_END = 0x11;
    public const ushort NFNL_BATCH_GENID = 1;
    public const ushort NFNL_SUBSYS_NFTABLES = 10;
    public const uint NFNLGRP_NFTABLES = 7;

    public const ushort NFT_MSG_NEWTABLE = 0;
    public const ushort NFT_MSG_GETTABLE = 1;
    public const ushort NFT_MSG_DELTABLE = 2;
    public const ushort NFT_MSG_NEWCHAIN = 3;
    public const ushort NFT_MSG_GETCHAIN = 4;
    public const ushort NFT_MSG_DELCHAIN = 5;
    public const ushort NFT_MSG_NEWRULE = 6;
    public const ushort NFT_MSG_GETRULE = 7;
    public const ushort NFT_MSG_DELRULE = 8;
    public const ushort NFT_MSG_NEWSET = 9;
    public const ushort NFT_MSG_GETSET = 10;
    public const ushort NFT_MSG_DELSET = 11;
    public const ushort NFT_MSG_NEWSETELEM = 12;
    public const ushort NFT_MSG_GETSETELEM = 13;
    public const ushort NFT_MSG_DELSETELEM = 14;
    public const ushort NFT_MSG_NEWGEN = 15;
    public const ushort NFT_MSG_GETGEN = 16;

    public const ushort NFTA_GEN_ID = 1;

    public const ushort NFTA_TABLE_NAME = 1;
    public const ushort NFTA_TABLE_FLAGS = 2;

    public const ushort NFTA_CHAIN_TABLE = 1;
    public const ushort NFTA_CHAIN_NAME = 3;
    public const ushort NFTA_CHAIN_HOOK = 4;
    public const ushort NFTA_CHAIN_POLICY = 5;
    public const ushort NFTA_CHAIN_TYPE = 7;
    public const ushort NFTA_HOOK_HOOKNUM = 1;
    public const ushort NFTA_HOOK_PRIORITY = 2;
    public const ushort NFTA_HOOK_DEV = 3;
    public const ushort NFTA_HOOK_DEVS = 4;
    public const ushort NFTA_DEVICE_NAME = 1;

    public const ushort NFTA_SET_TABLE = 1;
    public const ushort NFTA_SET_NAME = 2;
    public const ushort NFTA_SET_FLAGS = 3;
    public const ushort NFTA_SET_KEY_TYPE = 4;
    public const ushort NFTA_SET_KEY_LEN = 5;
    public const ushort NFTA_SET_DATA_TYPE = 6;
    public const ushort NFTA_SET_ID = 10;
    public const ushort NFTA_SET_USERDATA = 13;
    public const uint NFT_SET_INTERVAL = 4;
    public const uint NFT_SET_MAP = 8;
    public const uint NFT_DATA_VERDICT = 0xffffff00;

    public const ushort NFTA_SET_ELEM_LIST_TABLE = 1;
    public const ushort NFTA_SET_ELEM_LIST_SET = 2;
    public const ushort NFTA_SET_ELEM_LIST_ELEMENTS = 3;
    public const ushort NFTA_SET_ELEM_LIST_SET_ID = 4;
    public const ushort NFTA_SET_ELEM_KEY = 1;
    public const ushort NFTA_SET_ELEM_DATA = 2;
    public const ushort NFTA_SET_ELEM_FLAGS = 3;
    public const ushort NFTA_SET_ELEM_USERDATA = 6;
    public const uint NFT_SET_ELEM_INTERVAL_END = 1;

    public const ushort NFTA_RULE_TABLE = 1;
    public const ushort NFTA_RULE_CHAIN = 2;
    public const ushort NFTA_RULE_HANDLE = 3;
    public const ushort NFTA_RULE_EXPRESSIONS = 4;

    public const ushort NFTA_LIST_ELEM = 1;
    public const ushort NFTA_EXPR_NAME = 1;
    public const ushort NFTA_EXPR_DATA = 2;
    public const ushort NFTA_DATA_VALUE = 1;
    public const ushort NFTA_DATA_VERDICT = 2;
    public const ushort NFTA_VERDICT_CODE = 1;
    public const ushort NFTA_VERDICT_CHAIN = 2;
    public const int NFT_JUMP = -3;
    public const int NFT_GOTO = -4;
    public const int NFT_RETURN = -5;
    public const uint NFT_REG_VERDICT = 0;
    public const uint NFT_REG_1 = 1;
    public const uint NFT_REG_2 = 2;
    public const uint NFT_REG32_00 = 8;

    public const ushort NFTA_IMMEDIATE_DREG = 1;
    public const ushort NFTA_IMMEDIATE_DATA = 2;

    public const ushort NFTA_HASH_SREG = 1;
    public const ushort NFTA_HASH_DREG = 2;
    public const ushort NFTA_HASH_LEN = 3;
    public const ushort NFTA_HASH_MODULUS = 4;
    public const ushort NFTA_HASH_SEED = 5;
    public const ushort NFTA_HASH_OFFSET = 6;
    public const ushort NFTA_HASH_TYPE = 7;
    public const uint NFT_HASH_JENKINS = 0;

    public const ushort NFTA_META_DREG = 1;
    public const ushort NFTA_META_KEY = 2;
    public const ushort NFTA_META_SREG = 3;
    public const uint NFT_META_PROTOCOL = 1;
    public const uint NFT_META_PRIORITY = 2;
    public const uint NFT_META_MARK = 3;
    public const uint NFT_META_IIFNAME = 6;
    public const uint NFT_META_OIFNAME = 7;
    public const uint NFT_META_NFPROTO = 15;
    public const uint NFT_META_L4PROTO = 16;

    public const ushort NFTA_CMP_SREG = 1;
    public const ushort NFTA_CMP_OP = 2;
    public const ushort NFTA_CMP_DATA = 3;
    public const uint NFT_CMP_EQ = 0;
    public const uint NFT_CMP_NEQ = 1;
    public const uint NFT_CMP_LTE = 3;
    public const uint NFT_CMP_GTE = 5;

    public const ushort NFTA_BITWISE_SREG = 1;
    public const ushort NFTA_BITWISE_DREG = 2;
    public const ushort NFTA_BITWISE_MASK = 4;
    public const ushort NFTA_BITWISE_XOR = 5;

    public const ushort NFTA_MATCH_NAME = 1;
    public const ushort NFTA_MATCH_INFO = 3;

    public const ushort NFTA_PAYLOAD_DREG = 1;
    public const ushort NFTA_PAYLOAD_BASE = 2;
    public const ushort NFTA_PAYLOAD_OFFSET = 3;
    public const ushort NFTA_PAYLOAD_LEN = 4;
    public const uint NFT_PAYLOAD_NETWORK_HEADER = 1;
    public const uint NFT_PAYLOAD_TRANSPORT_HEADER = 2;

    public const ushort NFTA_CT_DREG = 1;
    public const ushort NFTA_CT_KEY = 2;
    public const uint NFT_CT_STATE = 0;
    public const ushort NFTA_NAT_TYPE = 1;
    public const uint NFT_NAT_DNAT = 1;

    public const ushort NFTA_LOOKUP_SET = 1;
    public const ushort NFTA_LOOKUP_SREG = 2;
    public const ushort NFTA_LOOKUP_DREG = 3;
    public const ushort NFTA_LOOKUP_SET_ID = 4;
    public const ushort NFTA_LOOKUP_FLAGS = 5;

    public const ushort NFTA_COUNTER_BYTES = 1;
    public const ushort NFTA_COUNTER_PACKETS = 2;

    public const ushort NFTA_QUEUE_NUM = 1;
    public const ushort NFTA_QUEUE_TOTAL = 2;
    public const ushort NFTA_QUEUE_FLAGS = 3;
    public const ushort NFT_QUEUE_FLAG_BYPASS = 1;
    public const ushort NFT_QUEUE_FLAG_CPU_FANOUT = 2;

    public const ushort NFTA_TARGET_NAME = 1;
    public const ushort NFTA_TARGET_REV = 2;
    public const ushort NFTA_TARGET_INFO = 3;
    public const ushort NFQ_FLAG_BYPASS = 1;
    public const ushort NFQ_FLAG_CPU_FANOUT = 2;

    public const byte NFPROTO_INET = 1;
    public const byte NFPROTO_IPV4 = 2;
    public const byte NFPROTO_ARP = 3;
    public const byte NFPROTO_NETDEV = 5;
    public const byte NFPROTO_BRIDGE = 7;
    public const byte NFPROTO_IPV6 = 10;
    public const byte NFPROTO_UNSPEC = 0;
    public const uint NF_DROP = 0;
    public const uint NF_ACCEPT = 1;
    public const uint NF_INET_PRE_ROUTING = 0;
    public const uint NF_INET_LOCAL_IN = 1;
    public const uint NF_INET_FORWARD = 2;
    public const uint NF_INET_LOCAL_OUT = 3;
    public const uint NF_INET_POST_ROUTING = 4;
    public const uint NF_INET_INGRESS = 5;
    public const uint NF_NETDEV_INGRESS = 0;
    public const uint NF_NETDEV_EGRESS = 1;
    public const int NF_IP_PRI_RAW_BEFORE_DEFRAG = -450;
    public const int NF_IP_PRI_MANGLE = -150;

#pragma warning disable CS8981 // The names are C's.
    [StructLayout(LayoutKind.Sequential)]
    internal struct nfgenmsg
    {
        internal byte nfgen_family;
        internal byte version;

        /// <summary>Big-endian: the subsystem of a batch; in answers the generation's lower half.</summary>
        internal ushort res_id;
    }

    /// <remarks>Host order.</remarks>
    [StructLayout(LayoutKind.Sequential)]
    internal struct xt_NFQ_info_v3
    {
        internal ushort queuenum;
        internal ushort queues_total;
        internal ushort flags;
    }
#pragma warning restore CS8981
}

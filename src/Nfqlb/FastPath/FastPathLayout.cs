namespace Nfqlb.FastPath;

/// <summary>Where things stand in the maps that the program in the kernel reads: native/fastpath/layout.h, which says
/// what each number means, under its names. A test compares every one.</summary>
/// <remarks>Places are counted in words of 32 bits, host byte order.</remarks>
internal static class FastPathLayout
{
    internal const int FASTPATH_CONTROL_PUBLICATION = 0;
    internal const int FASTPATH_CONTROL_MARK_MASK = 2;
    internal const int FASTPATH_CONTROL_SCTP_PORTS = 3;
    internal const int FASTPATH_CONTROL_LINKS = 4;
    internal const int FASTPATH_CONTROL_EXITS = 12;
    internal const int FASTPATH_CONTROL_ETHERNET = 13;
    internal const int FASTPATH_CONTROL_WORDS = 16;
    internal const ulong FASTPATH_SUSPENDED = 1UL << 62;
    internal const int FASTPATH_LINKS_MAX = 8;
    internal const uint FASTPATH_PRIORITY = 0x6e66_7100;

    internal const int FASTPATH_IMAGE_WORDS = 1 << 20;
    internal const int FASTPATH_HEAD_SLOTS = 0;
    internal const int FASTPATH_HEAD_MASK = 1;
    internal const int FASTPATH_HEAD_SEED = 2;
    internal const int FASTPATH_HEAD_LENGTHS = 4;
    internal const int FASTPATH_HEAD_LENGTH = 5;
    internal const int FASTPATH_HEAD_WORDS = 16;
    internal const int FASTPATH_LENGTHS_MAX = 8;
    internal const int FASTPATH_PROBES_MAX = 8;

    internal const int FASTPATH_SLOT_HIGH = 0;
    internal const int FASTPATH_SLOT_LOW = 2;
    internal const int FASTPATH_SLOT_LENGTH = 4;
    internal const int FASTPATH_SLOT_PORTS = 5;
    internal const int FASTPATH_SLOT_END = 6;
    internal const int FASTPATH_SLOT_OTHERS = 7;
    internal const int FASTPATH_SLOT_WORDS = 8;
    internal const uint FASTPATH_SLOT_USED = 0x100;
    internal const uint FASTPATH_SLOT_FOR_PROTOCOL = 0x10000;

    internal const int FASTPATH_SERVICES_WORDS = 4;

    internal const int FASTPATH_TCP = 0;
    internal const int FASTPATH_UDP = 1;
    internal const int FASTPATH_SCTP = 2;
    internal const int FASTPATH_PROTOCOLS = 3;

    internal const uint FASTPATH_FLOW = 0x4000_0000;
    internal const int FASTPATH_FLOW_POOL_SHIFT = 14;
    internal const uint FASTPATH_DIRECTORY = 0x8000_0000;
    internal const int FASTPATH_DIRECTORY_WORDS = 256;

    internal const int FASTPATH_RULE_SOURCE_HIGH = 0;
    internal const int FASTPATH_RULE_SOURCE_LOW = 2;
    internal const int FASTPATH_RULE_DESTINATION_HIGH = 4;
    internal const int FASTPATH_RULE_DESTINATION_LOW = 6;
    internal const int FASTPATH_RULE_SOURCE_LENGTH = 8;
    internal const int FASTPATH_RULE_DESTINATION_LENGTH = 9;
    internal const int FASTPATH_RULE_DESTINATION_PORTS = 10;
    internal const int FASTPATH_RULE_SOURCE_PORTS = 11;
    internal const int FASTPATH_RULE_FLAGS = 12;
    internal const int FASTPATH_RULE_POOL = 13;
    internal const int FASTPATH_RULE_COUNTER = 14;
    internal const int FASTPATH_RULE_WORDS = 16;
    internal const uint FASTPATH_RULE_FOR_PROTOCOL = 0x01;
    internal const uint FASTPATH_RULE_ASK = 0x08;
    internal const uint FASTPATH_RULE_LAST = 0x10;
    internal const int FASTPATH_RULES_MAX = 8;

    internal const int FASTPATH_POOLS_MAX = 1024;
    internal const int FASTPATH_POOL_GENERATION = 0;
    internal const int FASTPATH_POOL_ENTRIES = 2;
    internal const int FASTPATH_POOL_SLOTS = 3;
    internal const int FASTPATH_POOL_SIDES = 4;
    internal const int FASTPATH_POOL_TARGETS = 8;
    internal const int FASTPATH_POOL_WORDS = 16;
    internal const int FASTPATH_DRAINS = 0xfffe;
    internal const int FASTPATH_TABLE_WORDS = 1 << 21;

    internal const int FASTPATH_EXIT_NUMBER = 0;
    internal const int FASTPATH_EXIT_MARK = 1;
    internal const int FASTPATH_EXIT_LINK = 2;
    internal const int FASTPATH_EXIT_MTU = 3;
    internal const int FASTPATH_EXIT_HOP = 4;
    internal const int FASTPATH_EXIT_WORDS = 8;

    internal const int FASTPATH_FLOWS_MAX = 1 << 14;
    internal const int FASTPATH_TARGETS_MAX = 1 << 14;

    internal const int FASTPATH_DECIDED = 0;
    internal const int FASTPATH_LEFT_SUSPENDED = 1;
    internal const int FASTPATH_LEFT_NOT_OURS = 2;
    internal const int FASTPATH_LEFT_MARKED = 3;
    internal const int FASTPATH_LEFT_FRAGMENT = 4;
    internal const int FASTPATH_LEFT_EXTENDED = 5;
    internal const int FASTPATH_LEFT_PROTOCOL = 6;
    internal const int FASTPATH_LEFT_SHORT = 7;
    internal const int FASTPATH_LEFT_FLOW = 8;
    internal const int FASTPATH_LEFT_POOL = 9;
    internal const int FASTPATH_LEFT_CHANGING = 10;
    internal const int FASTPATH_LEFT_DRAINING = 11;
    internal const int FASTPATH_REDIRECTED = 12;
    internal const int FASTPATH_OUTCOMES = 16;
}

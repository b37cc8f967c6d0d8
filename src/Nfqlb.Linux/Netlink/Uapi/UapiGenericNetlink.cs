using System.Runtime.InteropServices;

namespace Nfqlb.Linux.Netlink.Uapi;

/// <summary>linux/genetlink.h: the families that have no protocol of their own, and the one that knows them.</summary>
internal static class UapiGenericNetlink
{
    public const ushort GENL_ID_CTRL = 0x10;

    public const byte CTRL_CMD_NEWFAMILY = 1;
    public const byte CTRL_CMD_GETFAMILY = 3;

    public const ushort CTRL_ATTR_FAMILY_ID = 1;
    public const ushort CTRL_ATTR_FAMILY_NAME = 2;

#pragma warning disable CS8981 // The name is C's.
    [StructLayout(LayoutKind.Sequential)]
    internal struct genlmsghdr
    {
        internal byte cmd;
        internal byte version;
        internal ushort reserved;
    }
#pragma warning restore CS8981
}

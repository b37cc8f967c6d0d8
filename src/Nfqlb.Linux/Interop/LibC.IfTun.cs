namespace Nfqlb.Linux.Interop;

/// <remarks>linux/if_tun.h</remarks>
internal static unsafe partial class LibC
{
    internal const uint TUNSETIFF = 0x400454ca;
    internal const uint TUNGETIFF = 0x800454d2;

    internal const int IFF_TUN = 0x1;
    internal const int IFF_PERSIST = 0x0800;
    internal const int IFF_NO_PI = 0x1000;
    internal const int IFF_MULTI_QUEUE = 0x100;
}

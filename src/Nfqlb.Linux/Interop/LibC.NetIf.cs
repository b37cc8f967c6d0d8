using System.Runtime.InteropServices;
using System.Text;

namespace Nfqlb.Linux.Interop;

/// <remarks>net/if.h</remarks>
internal static unsafe partial class LibC
{
    /// <summary>Longest name of a network device, in bytes, with the NUL behind it.</summary>
    internal const int IFNAMSIZ = 16;

    internal const int IFF_UP = 0x1;

#pragma warning disable CS8981 // The name is C's.
    /// <summary>What is asked of a network device, and its answer: a name, and a union of which two members are used.
    /// </summary>
    [StructLayout(LayoutKind.Explicit, Size = 40)]
    internal struct ifreq
    {
        [FieldOffset(0)]
        internal fixed byte ifr_name[IFNAMSIZ];

        [FieldOffset(16)]
        internal short ifr_flags;

        [FieldOffset(16)]
        internal int ifr_mtu;

        [FieldOffset(16)]
        internal int ifr_ifindex;

        /// <summary>One that names a device; everything else is 0.</summary>
        /// <param name="device">Shorter than <see cref="IFNAMSIZ"/> bytes.</param>
        internal static ifreq Of(string device)
        {
            ifreq request = default;
            Encoding.UTF8.GetBytes(device, new Span<byte>(request.ifr_name, IFNAMSIZ - 1));
            return request;
        }
    }
#pragma warning restore CS8981
}

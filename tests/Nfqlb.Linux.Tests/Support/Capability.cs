using System.Runtime.InteropServices;

namespace Nfqlb.Linux.Tests.Support;

/// <summary>Takes rights away from the calling thread, which has to be one that ends with its test.</summary>
internal static partial class Capability
{
    private const uint Version3 = 0x20080522; // _LINUX_CAPABILITY_VERSION_3 of linux/capability.h

    /// <summary>All of them: what the thread may no longer do, the rest of the process still may.</summary>
    public static void DropAll()
    {
        uint[] header = [Version3, 0];
        uint[] none = new uint[6];
        Assert.True(capset(header, none) == 0, $"capset: {Marshal.GetLastPInvokeErrorMessage()}");
    }

    [LibraryImport("libc", SetLastError = true)]
    private static partial int capset(uint[] header, uint[] data);
}

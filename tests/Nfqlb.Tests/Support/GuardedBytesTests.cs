using System.Runtime.InteropServices;

namespace Nfqlb.Tests.Support;

/// <summary>The guard page guards, or every test that leans on it would be worth nothing.</summary>
public class GuardedBytesTests
{
    [Fact]
    public unsafe void The_last_byte_can_be_read_and_the_one_behind_it_cannot()
    {
        using var memory = new GuardedBytes();
        memory.Flush([0]);

        // The kernel reads for us, and says EFAULT where we would die.
        LibC.access(memory.Guard - 1, 0);
        Assert.NotEqual(LibC.EFAULT, Marshal.GetLastPInvokeError());
        LibC.access(memory.Guard, 0);
        Assert.Equal(LibC.EFAULT, Marshal.GetLastPInvokeError());
    }
}

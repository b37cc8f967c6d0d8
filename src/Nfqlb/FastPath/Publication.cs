using System.Runtime.InteropServices;
using static Nfqlb.FastPath.FastPathLayout;

namespace Nfqlb.FastPath;

/// <summary>Which image is in force, and whether any is.</summary>
/// <remarks>One thread at a time.</remarks>
/// <param name="control">The map of that name.</param>
internal sealed class Publication(Memory<byte> control)
{
    private ulong _number;

    /// <summary>Which side of the image map may be written: no packet is decided by it.</summary>
    public int FreeSide => (int)((_number + 1) & 1);

    /// <summary>True while every packet is left to user space.</summary>
    public bool IsSuspended { get; private set; } = true;

    /// <summary>From the return of this on no packet is decided.</summary>
    /// <remarks>But for those that had read their last word of the maps before.</remarks>
    public void Suspend()
    {
        IsSuspended = true;
        Write();
    }

    /// <summary>Packets are decided again, if an image was ever published.</summary>
    public void Resume()
    {
        IsSuspended = false;
        Write();
    }

    /// <summary>The free side is full: it comes in force, and the other one is free.</summary>
    public void Publish()
    {
        _number++;
        Write();
    }

    private void Write()
    {
        ref ulong word = ref MemoryMarshal.AsRef<ulong>(
            control.Span.Slice(FASTPATH_CONTROL_PUBLICATION * sizeof(uint), sizeof(ulong)));
        Volatile.Write(ref word, _number | (IsSuspended ? FASTPATH_SUSPENDED : 0));
        Interlocked.MemoryBarrier(); // nothing that is written later, on the other side, may be seen before
    }
}

using System.Runtime.InteropServices;
using static Nfqlb.FastPath.FastPathLayout;

namespace Nfqlb.FastPath;

/// <summary>Which image is in force, and whether any is.</summary>
/// <remarks>Any thread may pause; one at a time publishes.</remarks>
internal sealed class Publication
{
    private readonly Lock _changes = new();
    private readonly Memory<byte> _control;
    private ulong _number;
    private int _pauses;

    /// <param name="control">The map of that name.</param>
    public Publication(Memory<byte> control) => _control = control;

    /// <summary>Which side of the image map may be written: no packet is decided by it.</summary>
    public int FreeSide => (int)((_number + 1) & 1);

    /// <summary>True while every packet is left to user space.</summary>
    public bool IsPaused => Volatile.Read(ref _pauses) > 0;

    /// <summary>From the return of this on no packet is decided, until it is resumed as often as it was paused.
    /// </summary>
    /// <remarks>But for those that had read their last word of the maps before.</remarks>
    public void Pause() => Change(() => _pauses++);

    /// <summary>Takes pauses back.</summary>
    /// <param name="pauses">How many of them.</param>
    public void Resume(int pauses) => Change(() => _pauses -= pauses);

    /// <summary>The free side is full: it comes in force, and the other one is free.</summary>
    public void Publish() => Change(() => _number++);

    private void Change(Action change)
    {
        lock (_changes)
        {
            change();
            ref ulong word = ref MemoryMarshal.AsRef<ulong>(
                _control.Span.Slice(FASTPATH_CONTROL_PUBLICATION * sizeof(uint), sizeof(ulong)));
            Volatile.Write(ref word, _number | (_pauses > 0 ? FASTPATH_SUSPENDED : 0));
            Interlocked.MemoryBarrier(); // nothing that is written later, on the other side, may be seen before
        }
    }
}

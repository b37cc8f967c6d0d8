using Microsoft.Win32.SafeHandles;

namespace Nfqlb.Linux.Interop;

/// <summary>Owns one file descriptor and closes it once; or borrows it.</summary>
internal sealed class FdHandle : SafeHandleMinusOneIsInvalid
{
    internal FdHandle(nint descriptor, bool ownsHandle = true)
        : base(ownsHandle) => SetHandle(descriptor);

    /// <remarks>close is not tried again on EINTR: the number is free by then and may be another's.</remarks>
    protected override bool ReleaseHandle() => LibC.close((int)handle).IsSuccess;

    /// <summary>Gives the descriptor away, to <see cref="RandomAccess"/> or a stream.</summary>
    internal SafeFileHandle HandOut()
    {
        var handedOut = new SafeFileHandle(handle, ownsHandle: true);
        SetHandleAsInvalid();
        return handedOut;
    }
}

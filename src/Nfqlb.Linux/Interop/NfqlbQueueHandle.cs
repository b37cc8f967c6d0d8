using Microsoft.Win32.SafeHandles;

namespace Nfqlb.Linux.Interop;

/// <summary>Owns one <c>struct nfqlb_queue</c>: closing it unbinds the queue and frees its buffers.</summary>
/// <remarks>
/// Each call holds a reference, twice a batch and not a packet, so a close under a running call waits for its end.
/// </remarks>
internal sealed class NfqlbQueueHandle : SafeHandleZeroOrMinusOneIsInvalid
{
    internal NfqlbQueueHandle(nint queue)
        : base(ownsHandle: true) => SetHandle(queue);

    protected override bool ReleaseHandle()
    {
        NfqlbQueue.Close(handle);
        return true;
    }
}

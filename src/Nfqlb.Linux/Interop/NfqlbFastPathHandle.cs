using Microsoft.Win32.SafeHandles;

namespace Nfqlb.Linux.Interop;

/// <summary>Owns one <c>struct nfqlb_fastpath</c>: closing it closes the program and its maps.</summary>
internal sealed class NfqlbFastPathHandle : SafeHandleZeroOrMinusOneIsInvalid
{
    internal NfqlbFastPathHandle(nint program)
        : base(ownsHandle: true) => SetHandle(program);

    protected override bool ReleaseHandle()
    {
        NfqlbFastPath.Free(handle);
        return true;
    }
}

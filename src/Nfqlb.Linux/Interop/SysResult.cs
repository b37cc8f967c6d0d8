using System.Runtime.InteropServices;

namespace Nfqlb.Linux.Interop;

/// <summary>What a system call gave: a value, or an errno. Hot code branches on it, cold code throws.</summary>
internal readonly struct SysResult
{
    private SysResult(nint valueOrNegatedErrno) => Value = valueOrNegatedErrno;

    /// <summary>The value returned; -errno when the call failed.</summary>
    internal nint Value { get; }

    /// <summary>True when the call did what it was asked to.</summary>
    internal bool IsSuccess => Value >= 0;

    /// <summary>The errno of a failed call, such as <see cref="LibC.ENOENT"/>; 0 when it succeeded.</summary>
    internal int Errno => IsSuccess ? 0 : (int)-Value;

    /// <summary>Of a C library call that gives -1 and sets errno. Call it before any other P/Invoke.</summary>
    internal static SysResult OfLibC(nint returned) =>
        new(returned == -1 ? -Marshal.GetLastPInvokeError() : returned);

    /// <summary>Of a call that returns the errno itself, 0 for success, as the posix_ functions do.</summary>
    internal static SysResult OfErrno(int errno) => new(-errno);

    /// <summary>Of a call that returns a value or -errno, as the kernel and the queue shim do.</summary>
    internal static SysResult OfNegatedErrno(nint returned) => new(returned);

    /// <summary>The value, or an exception that names what was tried on what.</summary>
    /// <param name="operation">What was called, such as "ftruncate".</param>
    /// <param name="subject">What it was called on, such as "/dev/shm/pool".</param>
    /// <exception cref="SystemCallException">The call failed.</exception>
    internal nint ThrowOnError(string operation, string subject) =>
        IsSuccess ? Value : throw new SystemCallException(operation, Errno, subject);
}

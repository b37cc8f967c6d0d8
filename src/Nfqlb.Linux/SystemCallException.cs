using System.Runtime.InteropServices;
using Nfqlb.Linux.Interop;

namespace Nfqlb.Linux;

/// <summary>The operating system refused something on a cold path: start-up, configuration, shutdown.</summary>
/// <remarks>The message is one line fit for stderr: <c>shm_open /dev/shm/pool: No such file or directory</c>.</remarks>
public class SystemCallException : Exception
{
    /// <summary>Describes a failed call.</summary>
    /// <param name="operation">What was called, such as "shm_open".</param>
    /// <param name="errno">Why it failed, a number of errno.h.</param>
    /// <param name="subject">What it was called on, such as a path.</param>
    public SystemCallException(string operation, int errno, string subject)
        : this(operation, errno, subject, $"{operation} {subject}: {Marshal.GetPInvokeErrorMessage(errno)}")
    {
    }

    /// <summary>The same, for a failure that can be told better than by the text of its errno.</summary>
    protected SystemCallException(string operation, int errno, string subject, string message)
        : base(message)
    {
        Operation = operation;
        Errno = errno;
        Subject = subject;
    }

    /// <summary>What was called, such as "shm_open".</summary>
    public string Operation { get; }

    /// <summary>Why it failed, a number of errno.h; never 0.</summary>
    public int Errno { get; }

    /// <summary>What it was called on, such as a path.</summary>
    public string Subject { get; }

    /// <summary>What was to be made is there already (EEXIST).</summary>
    public bool IsThere => Errno == LibC.EEXIST;

    /// <summary>It may work for somebody with more rights (EPERM, EACCES).</summary>
    public bool IsDenied => Errno is LibC.EPERM or LibC.EACCES;
}

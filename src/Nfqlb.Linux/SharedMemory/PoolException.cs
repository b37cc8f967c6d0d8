using Nfqlb.Linux.Interop;

namespace Nfqlb.Linux.SharedMemory;

/// <summary>A pool cannot be opened, made or changed. Nothing was changed.</summary>
/// <param name="message">One line that names the pool.</param>
/// <param name="reason">Why, without the name.</param>
/// <param name="cause">What the kernel or the segment said.</param>
public sealed class PoolException(string message, string reason, Exception? cause) : Exception(message, cause)
{
    /// <summary>Why, without the pool's name.</summary>
    public string Reason { get; } = reason;

    /// <summary>True when there is simply no pool of this name.</summary>
    public bool IsMissing => InnerException is SystemCallException { Errno: LibC.ENOENT };
}

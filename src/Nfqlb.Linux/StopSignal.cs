using Nfqlb.Linux.Interop;

namespace Nfqlb.Linux;

/// <summary>Tells any number of loops to stop, also those asleep in the kernel. Once set it stays set.</summary>
/// <remarks>
/// An eventfd that loops put into their poll set and never read. Closing the descriptor under a blocked call instead
/// would not wake it, and the number could be another file's by the time it is used again.
/// </remarks>
public sealed class StopSignal : IDisposable
{
    private volatile bool _isSet;

    /// <summary>A signal that is not set.</summary>
    /// <exception cref="SystemCallException">The process has no descriptor left (EMFILE).</exception>
    public StopSignal() => Descriptor = new FdHandle(
        LibC.eventfd(initialValue: 0, LibC.EFD_CLOEXEC | LibC.EFD_NONBLOCK).ThrowOnError("eventfd", "stop signal"));

    /// <summary>True from the first <see cref="Set"/> on.</summary>
    public bool IsSet => _isSet;

    /// <summary>Readable once the signal is set: for poll.</summary>
    internal FdHandle Descriptor { get; }

    /// <summary>Stops the loops. May be called by any thread, and again.</summary>
    /// <exception cref="ObjectDisposedException">The signal was disposed.</exception>
    public void Set()
    {
        if (!_isSet)
        {
            // In this order: once the flag is seen the loops may be gone and the descriptor closed.
            LibC.eventfd_write(Descriptor, 1).ThrowOnError("eventfd_write", "stop signal");
            _isSet = true;
        }
    }

    /// <summary>Closes the descriptor; to be called when every loop has ended.</summary>
    public void Dispose() => Descriptor.Dispose();
}

using System.Globalization;
using Nfqlb.Linux.Interop;
using Nfqlb.Maglev;

namespace Nfqlb.Linux;

/// <summary>How long to wait for a lock that another process holds. No wait is without a limit.</summary>
/// <param name="Longest">After that the lock is given up.</param>
/// <param name="Stop">Gives it up at once.</param>
public readonly record struct LockWait(TimeSpan Longest, CancellationToken Stop = default)
{
    /// <summary>Much longer than it takes to write the largest table.</summary>
    public static LockWait Short => new(TimeSpan.FromSeconds(5));

    /// <summary>Takes the lock of flock(2), in the order in which others ask for it.</summary>
    /// <param name="file">Its owner was looked at before: a stranger's may be locked for ever.</param>
    /// <param name="path">Of the file, for people.</param>
    /// <exception cref="SegmentException">Another held it for too long. The message says who.</exception>
    /// <exception cref="OperationCanceledException">It was told to stop. The descriptor must be disposed.</exception>
    /// <exception cref="SystemCallException">The kernel refused.</exception>
    internal void Take(FdHandle file, string path)
    {
        var tried = LibC.flock(file, LibC.LOCK_EX | LibC.LOCK_NB);
        if (tried.Errno == LibC.EAGAIN)
        {
            tried = Queue(file);
        }
        tried.ThrowOnError("flock", path);
    }

    /// <remarks>
    /// The kernel knows no limit here, so a thread waits that can be left behind. It holds the descriptor open: when
    /// the lock comes to it after all, and the handle has been disposed, both are given back at once.
    /// </remarks>
    private SysResult Queue(FdHandle file)
    {
        var waiting = Task.Factory.StartNew(
            () => LibC.flock(file, LibC.LOCK_EX), CancellationToken.None, TaskCreationOptions.LongRunning,
            TaskScheduler.Default);
        if (!waiting.Wait((int)Longest.TotalMilliseconds, Stop))
        {
            string seconds = Longest.TotalSeconds.ToString("0.#", CultureInfo.InvariantCulture);
            throw new SegmentException($"locked for more than {seconds} s by {LockHolder.Of(file)}");
        }
        return waiting.Result;
    }
}

using Nfqlb.Linux.Interop;
using static Nfqlb.Linux.Interop.LibC;

namespace Nfqlb.Linux.Monitor;

/// <summary>Sees when the files of some directories come, go, are replaced or have been written: inotify(7).</summary>
/// <remarks>Directories rather than files: a file that is replaced by a rename is another file.</remarks>
internal sealed class DirectoryWatch : IDisposable
{
    private const uint Events = IN_ATTRIB | IN_CLOSE_WRITE | IN_MOVED_FROM | IN_MOVED_TO | IN_CREATE | IN_DELETE
        | IN_DELETE_SELF | IN_MOVE_SELF | IN_ONLYDIR;

    private readonly byte[] _events = new byte[16 << 10];
    private HashSet<string> _directories = [];
    private FdHandle? _inotify;

    /// <summary>To be polled; -1 while nothing is watched.</summary>
    public int Descriptor => _inotify is null ? -1 : (int)_inotify.DangerousGetHandle();

    /// <summary>Watches these, and no others from now on. The same again finds those that were made anew.</summary>
    /// <returns>False where one is not there, or no directory.</returns>
    /// <exception cref="SystemCallException">There is no inotify, or too much of it.</exception>
    public bool Watch(IEnumerable<string> directories)
    {
        var wanted = directories.ToHashSet();
        if (_inotify is null || !wanted.SetEquals(_directories))
        {
            _inotify?.Dispose();
            _inotify = new FdHandle(inotify_init1(IN_NONBLOCK | IN_CLOEXEC).ThrowOnError("inotify_init1", "files"));
            _directories = wanted;
        }
        bool areAllThere = true;
        foreach (string directory in wanted)
        {
            areAllThere &= inotify_add_watch(_inotify, directory, Events).IsSuccess;
        }
        return areAllThere;
    }

    /// <summary>Takes all that has been told.</summary>
    public void Drain()
    {
        while (_inotify is not null && read(_inotify, _events).Value > 0)
        {
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _inotify?.Dispose();
}

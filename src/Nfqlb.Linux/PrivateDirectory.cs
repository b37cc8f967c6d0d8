using Microsoft.Win32.SafeHandles;
using Nfqlb.Linux.Interop;

namespace Nfqlb.Linux;

/// <summary>A directory in which nobody but root and the user of this process can change anything.</summary>
/// <remarks>
/// It is opened once, judged by its descriptor, and its files are reached relative to that: whoever may rename a
/// directory above it moves it away, and can put nothing in its place that would be taken for it. A symbolic link at
/// its end is followed when it is root's or ours (systemd makes such links for DynamicUser=); one inside never is.
/// Every complaint is an <see cref="IOException"/> whose message is one line.
/// </remarks>
public sealed class PrivateDirectory : IDisposable
{
    private const uint OwnerAloneFile = 0x180; // 0600
    private const uint OwnerAloneDirectory = 0x1c0; // 0700

    /// <summary>Write, for the group and for others.</summary>
    private const int WrittenByOthers = 0x12; // 0022

    /// <summary>Anything, for the group and for others.</summary>
    private const int UsedByOthers = 0x3f; // 0077

    private const int PermissionBits = 0x1ff; // 0777

    private readonly FdHandle _descriptor;

    private PrivateDirectory(FdHandle descriptor) => _descriptor = descriptor;

    /// <summary>Opens a directory, which is made with mode 0700 where there is none, with those above it.</summary>
    /// <exception cref="IOException">It belongs to another user, others may write it, or it cannot be used.</exception>
    public static PrivateDirectory Open(string path)
    {
        Make(path);
        CheckLink(path);
        var opened = LibC.open(path, LibC.O_RDONLY | LibC.O_NONBLOCK | LibC.O_CLOEXEC);
        var descriptor = new FdHandle(ValueOf(opened, "open", path));
        try
        {
            Check(AttributesOf(descriptor), LibC.S_IFDIR, "not a directory");
            return new PrivateDirectory(descriptor);
        }
        catch
        {
            descriptor.Dispose();
            throw;
        }
    }

    /// <summary>Opens a file for reading and writing.</summary>
    /// <returns>Null when there is none.</returns>
    /// <exception cref="IOException">It is another user's, others may write it, or it is no file at all.</exception>
    public SafeFileHandle? TryOpen(string name) => TryOpenFile(name)?.HandOut();

    /// <summary>Makes a file with mode 0600, in the place of one that was there.</summary>
    /// <exception cref="IOException">There is no room, or it may not be made.</exception>
    public SafeFileHandle Create(string name)
    {
        Remove(name);
        return new FdHandle(ValueOf(CreateNew(name), "create", name)).HandOut();
    }

    /// <summary>Holds a lock until disposed; the kernel frees it when this process dies.</summary>
    /// <param name="name">The file of the lock, which nobody else can open, and so not lock.</param>
    /// <param name="holder">Who has it, when this returns null.</param>
    /// <returns>Null while another process has it.</returns>
    /// <exception cref="IOException">The file cannot be used.</exception>
    public IDisposable? TryLock(string name, out string holder)
    {
        holder = "";
        var file = OpenOrCreate(name);
        try
        {
            var attributes = AttributesOf(file);
            if ((attributes.stx_mode & UsedByOthers) != 0 && attributes.stx_uid == LocalUser.Current.Id)
            {
                // Made by an older version. Whoever may read a file may lock it.
                ValueOf(LibC.fchmod(file, OwnerAloneFile), "fchmod", name);
            }
            var locked = LibC.flock(file, LibC.LOCK_EX | LibC.LOCK_NB);
            if (locked.Errno != LibC.EAGAIN)
            {
                ValueOf(locked, "flock", name);
                return file;
            }
            holder = LockHolder.Of(file);
            file.Dispose();
            return null;
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>Takes a name away; a missing one is fine.</summary>
    /// <exception cref="IOException">It may not be removed.</exception>
    public void Remove(string name)
    {
        var removed = LibC.unlinkat(_descriptor, name, flags: 0);
        if (removed.Errno != LibC.ENOENT)
        {
            ValueOf(removed, "unlink", name);
        }
    }

    /// <summary>Gives a file another name, in one step; the one that had it before loses it.</summary>
    /// <exception cref="IOException">The kernel refused.</exception>
    public void Rename(string from, string to) =>
        ValueOf(LibC.renameat(_descriptor, from, _descriptor, to), "rename", to);

    /// <summary>Brings the names to the disk: what was renamed has its new name after a power cut, too.</summary>
    /// <exception cref="IOException">The disk failed.</exception>
    public void Flush() => ValueOf(LibC.fsync(_descriptor), "fsync", "the directory");

    /// <inheritdoc/>
    public void Dispose() => _descriptor.Dispose();

    private FdHandle? TryOpenFile(string name)
    {
        var opened = LibC.openat(
            _descriptor, name, LibC.O_RDWR | LibC.O_NONBLOCK | LibC.O_CLOEXEC | LibC.O_NOFOLLOW, mode: 0);
        if (opened.Errno == LibC.ENOENT)
        {
            return null;
        }
        if (opened.Errno == LibC.ELOOP)
        {
            throw new IOException($"{name}: a symbolic link");
        }
        var file = new FdHandle(ValueOf(opened, "open", name));
        try
        {
            Check(AttributesOf(file), LibC.S_IFREG, "not a regular file", name);
            return file;
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    private FdHandle OpenOrCreate(string name)
    {
        while (true)
        {
            if (TryOpenFile(name) is { } file)
            {
                return file;
            }
            var created = CreateNew(name);
            if (created.Errno != LibC.EEXIST)
            {
                return new FdHandle(ValueOf(created, "create", name));
            }
        }
    }

    private SysResult CreateNew(string name) => LibC.openat(
        _descriptor, name, LibC.O_RDWR | LibC.O_CREAT | LibC.O_EXCL | LibC.O_CLOEXEC | LibC.O_NOFOLLOW, OwnerAloneFile);

    /// <summary>As mkdir -p does, for the user alone.</summary>
    private static void Make(string path)
    {
        string full = Path.GetFullPath(path);
        var made = LibC.mkdir(full, OwnerAloneDirectory);
        if (made.Errno == LibC.ENOENT && Path.GetDirectoryName(full) is { Length: > 1 } parent)
        {
            Make(parent);
            made = LibC.mkdir(full, OwnerAloneDirectory);
        }
        if (made.Errno != LibC.EEXIST)
        {
            ValueOf(made, "mkdir", full);
        }
    }

    /// <summary>A link that a stranger has made leads where he likes, for instance to a directory of root's.</summary>
    private static void CheckLink(string path)
    {
        string place = path.TrimEnd('/') is { Length: > 0 } trimmed ? trimmed : "/";
        var opened = LibC.open(place, LibC.O_PATH | LibC.O_CLOEXEC | LibC.O_NOFOLLOW);
        using var descriptor = new FdHandle(ValueOf(opened, "open", path));
        var attributes = AttributesOf(descriptor);
        var owner = new LocalUser(attributes.stx_uid);
        if ((attributes.stx_mode & LibC.S_IFMT) == LibC.S_IFLNK && !owner.IsTrusted)
        {
            throw new IOException($"a symbolic link of user {owner}");
        }
    }

    private static void Check(LibC.statx attributes, int type, string otherwise, string? name = null)
    {
        var owner = new LocalUser(attributes.stx_uid);
        int mode = attributes.stx_mode;
        string reason =
            (mode & LibC.S_IFMT) != type ? otherwise
            : !owner.IsTrusted ? $"it belongs to user {owner}"
            : (mode & WrittenByOthers) != 0
                ? $"others may write it (mode {Convert.ToString(mode & PermissionBits, toBase: 8)})"
            : "";
        if (reason.Length > 0)
        {
            throw new IOException(name is null ? reason : $"{name}: {reason}");
        }
    }

    private static LibC.statx AttributesOf(FdHandle file)
    {
        ValueOf(LibC.fstat(file, out var attributes), "statx", "a file");
        return attributes;
    }

    private static nint ValueOf(SysResult result, string operation, string subject)
    {
        try
        {
            return result.ThrowOnError(operation, subject);
        }
        catch (SystemCallException e)
        {
            throw new IOException(e.Message, e);
        }
    }
}

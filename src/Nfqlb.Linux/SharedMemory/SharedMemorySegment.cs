using Nfqlb.Linux.Interop;
using Nfqlb.Maglev;

namespace Nfqlb.Linux.SharedMemory;

/// <summary>An open POSIX shared memory object: <c>/dev/shm/NAME</c> on Linux.</summary>
/// <remarks>
/// <para>
/// Names are those of shm_open(3): no slash but a leading one, at most 255 bytes. A bad name is a
/// <see cref="SystemCallException"/> with EINVAL or ENAMETOOLONG.
/// </para>
/// <para>
/// Writers exclude each other with <see cref="OpenLocked"/> or <see cref="OpenOrCreateLocked"/>. The lock is flock(2)
/// and belongs to the open descriptor: disposing the segment frees it, and so does the kernel when the holder dies,
/// however it dies. Readers take no lock. A mapping outlives the segment it was made from, so a writer that keeps
/// its <see cref="MappedMemory"/> and disposes the segment has given up the lock and nothing else.
/// </para>
/// <para>
/// Whoever may write to /dev/shm, and that is everybody, may put there what they like, under any name. A FIFO opened
/// without O_NONBLOCK would wait for its other end; a symbolic link is not followed (shm_open(3) sees to that); a file
/// of their own they may lock for ever, and cut short under a mapping, which is then a fatal signal. So no lock is
/// taken before <see cref="ThrowIfForeign"/> has looked, and every wait for one has a limit.
/// </para>
/// </remarks>
public sealed class SharedMemorySegment : IDisposable
{
    /// <summary>Where all names are.</summary>
    public const string DirectoryPath = "/dev/shm";

    /// <summary>Read and write for the owner, nothing for others.</summary>
    private const uint OwnerOnly = 0x180; // 0600

    /// <summary>Write, for the group and for others.</summary>
    private const int WrittenByOthers = 0x12; // 0022

    private const int PermissionBits = 0x1ff; // 0777

    private readonly FdHandle _descriptor;
    private readonly int _mode;

    private SharedMemorySegment(string name, FdHandle descriptor, bool isReadOnly)
    {
        Name = name;
        IsReadOnly = isReadOnly;
        _descriptor = descriptor;
        var attributes = Attributes();
        Identity = IdentityOf(attributes);
        Owner = new LocalUser(attributes.stx_uid);
        _mode = attributes.stx_mode;
        IsRegular = (attributes.stx_mode & LibC.S_IFMT) == LibC.S_IFREG;
    }

    /// <summary>The name it was opened by.</summary>
    public string Name { get; }

    /// <summary>True when there was none of this name before it was opened.</summary>
    public bool IsNew { get; private init; }

    /// <summary>Who may do what they like with it, such as cut it short under a mapping, which is then fatal.</summary>
    public LocalUser Owner { get; }

    /// <summary>False for what is no memory at all, such as a FIFO or a directory.</summary>
    public bool IsRegular { get; }

    /// <summary>True when the segment can be neither resized nor written through its mappings.</summary>
    public bool IsReadOnly { get; }

    /// <summary>Which memory this is. Compare with <see cref="FindIdentity"/> to notice a name reused.</summary>
    public SegmentIdentity Identity { get; }

    /// <summary>Its size now, in bytes; 0 for one just created. Others may change it at any time.</summary>
    /// <exception cref="SystemCallException">The kernel refused.</exception>
    public long SizeBytes => (long)Attributes().stx_size;

    /// <summary>Opens an existing segment, without a lock.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="readOnly">True to map it for reading only; read permission is then enough.</param>
    /// <exception cref="SystemCallException">There is none (ENOENT), or it may not be opened (EACCES).</exception>
    public static SharedMemorySegment Open(string name, bool readOnly)
    {
        var descriptor = LibC.shm_open(name, (readOnly ? LibC.O_RDONLY : LibC.O_RDWR) | LibC.O_NONBLOCK, mode: 0);
        return Own(name, descriptor.ThrowOnError("open", PathOf(name)), readOnly);
    }

    /// <summary>Opens an existing segment for writing and holds its lock until it is disposed.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="wait">How long to wait as another holds the lock; <see cref="LockWait.Short"/> unless told.</param>
    /// <exception cref="SegmentException">It is foreign (<see cref="ThrowIfForeign"/>) or locked for too long.
    /// </exception>
    /// <exception cref="SystemCallException">There is none (ENOENT), or it may not be opened (EACCES).</exception>
    public static SharedMemorySegment OpenLocked(string name, LockWait? wait = null)
    {
        while (true)
        {
            var segment = Open(name, readOnly: false);
            if (segment.TakeLock(wait ?? LockWait.Short))
            {
                return segment;
            }
        }
    }

    /// <summary>Opens a segment for writing, creating it if need be, and holds its lock until disposed.</summary>
    /// <remarks>
    /// A segment just created has no bytes and mode 0600; one that somebody else created and has not filled yet looks
    /// the same, so <see cref="SizeBytes"/> 0 means "to be initialised".
    /// </remarks>
    /// <param name="name">Its name.</param>
    /// <param name="wait">How long to wait as another holds the lock; <see cref="LockWait.Short"/> unless told.</param>
    /// <exception cref="SegmentException">It is foreign (<see cref="ThrowIfForeign"/>) or locked for too long.
    /// </exception>
    /// <exception cref="SystemCallException">It may be neither opened nor created.</exception>
    public static SharedMemorySegment OpenOrCreateLocked(string name, LockWait? wait = null)
    {
        while (true)
        {
            var segment = OpenOrCreate(name);
            if (segment.TakeLock(wait ?? LockWait.Short))
            {
                return segment;
            }
        }
    }

    /// <summary>Makes a segment that nobody else has had a hand in: empty, mode 0600, without a lock.</summary>
    /// <remarks>Where the system runs its balancer as a user of its own, root makes it for that user.</remarks>
    /// <param name="name">A name that nothing has.</param>
    /// <exception cref="SystemCallException">It is taken (EEXIST), or may not be used.</exception>
    public static SharedMemorySegment Create(string name) => CreateFor(BalancerAccount.Served, name);

    /// <param name="owner">Whose it shall be; null for the user of this process.</param>
    /// <param name="name">A name that nothing has.</param>
    internal static SharedMemorySegment CreateFor(LocalUser? owner, string name)
    {
        if (owner is { } other)
        {
            return CreateForOther(other, name);
        }
        var created = LibC.shm_open(name, LibC.O_RDWR | LibC.O_CREAT | LibC.O_EXCL, OwnerOnly);
        return Own(name, created.ThrowOnError("create", PathOf(name)), isReadOnly: false, isNew: true);
    }

    /// <summary>Refuses what somebody else can lock, write or cut short at will: what is of nobody that is trusted
    /// (<see cref="LocalUser.IsTrusted"/>), what their group or others may write, and what is no memory at all.
    /// </summary>
    /// <exception cref="SegmentException">It is such a thing.</exception>
    public void ThrowIfForeign()
    {
        string reason = this switch
        {
            { IsRegular: false } => "not a regular file",
            { Owner.IsTrusted: false } => $"it belongs to user {Owner}",
            { _mode: var mode } when (mode & WrittenByOthers) != 0 =>
                $"others may write it (mode {Convert.ToString(mode & PermissionBits, toBase: 8)})",
            _ => "",
        };
        if (reason.Length > 0)
        {
            throw new SegmentException(reason);
        }
    }

    /// <summary>Takes the name away; mappings and open segments keep their memory. A missing one is fine.</summary>
    /// <remarks>To keep a writer out meanwhile, hold the lock: it notices afterwards that the name is gone.</remarks>
    /// <param name="name">The name to remove.</param>
    /// <returns>True when there was one.</returns>
    /// <exception cref="SystemCallException">It may not be removed (EACCES).</exception>
    public static bool Unlink(string name)
    {
        var result = LibC.shm_unlink(name);
        if (result.Errno == LibC.ENOENT)
        {
            return false;
        }

        result.ThrowOnError("unlink", PathOf(name));
        return true;
    }

    /// <summary>Gives a segment another name, in one step; the segment that had it before loses it.</summary>
    /// <param name="from">The name it has.</param>
    /// <param name="to">The name it shall have.</param>
    /// <exception cref="SystemCallException">The kernel refused.</exception>
    public static void Rename(string from, string to) =>
        LibC.rename(PathOf(from), PathOf(to)).ThrowOnError("rename", PathOf(to));

    /// <summary>Which memory a name leads to now; null when there is none.</summary>
    /// <param name="name">The name to follow.</param>
    /// <exception cref="SystemCallException">It may not be opened (EACCES).</exception>
    public static SegmentIdentity? FindIdentity(string name)
    {
        var descriptor = LibC.shm_open(name, LibC.O_RDONLY | LibC.O_NONBLOCK, mode: 0);
        if (descriptor.Errno == LibC.ENOENT)
        {
            return null;
        }

        using var segment = Own(name, descriptor.ThrowOnError("open", PathOf(name)), isReadOnly: true);
        return segment.Identity;
    }

    /// <summary>Makes the segment this long; new bytes are zero.</summary>
    /// <remarks>
    /// Growing reserves the memory at once: a full /dev/shm is ENOSPC here, with nothing changed, and not SIGBUS at
    /// the first store. Shrinking under another's mapping makes its next access past the end a SIGBUS, so a writer
    /// that wants it smaller unlinks the name and creates it anew.
    /// </remarks>
    /// <param name="sizeBytes">New size, at least 1.</param>
    /// <exception cref="SystemCallException">There is no room (ENOSPC), or the segment is read-only.</exception>
    public void Resize(long sizeBytes)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(sizeBytes, 1);
        if (sizeBytes < SizeBytes)
        {
            LibC.ftruncate(_descriptor, sizeBytes).ThrowOnError("ftruncate", PathOf(Name));
        }

        LibC.posix_fallocate(_descriptor, offset: 0, sizeBytes).ThrowOnError("posix_fallocate", PathOf(Name));
    }

    /// <summary>Maps the whole segment, at the size it has now.</summary>
    /// <returns>The memory, shared with every other mapping of the segment; the caller disposes it.</returns>
    /// <exception cref="SystemCallException">It is empty (EINVAL), or address space is short (ENOMEM).</exception>
    /// <exception cref="InvalidDataException">It is larger than a span can be, 2 GiB.</exception>
    public MappedMemory Map()
    {
        long sizeBytes = SizeBytes;
        if (sizeBytes > int.MaxValue)
        {
            throw new InvalidDataException($"{PathOf(Name)}: {sizeBytes} bytes are more than can be mapped");
        }

        return MappedMemory.Map(_descriptor, (int)sizeBytes, IsReadOnly, PathOf(Name));
    }

    /// <summary>Frees the lock, if held, and closes the descriptor. Mappings stay.</summary>
    public void Dispose()
    {
        if (!_descriptor.IsClosed)
        {
            // A mapping keeps the open file description, and with it the lock, unless that is let go by name.
            LibC.flock(_descriptor, LibC.LOCK_UN).ThrowOnError("flock", PathOf(Name));
        }
        _descriptor.Dispose();
    }

    /// <remarks>
    /// Not one open with O_CREAT: with fs.protected_regular the kernel refuses that for a file of another user in the
    /// sticky /dev/shm, even to root, though a plain open would do.
    /// </remarks>
    private static SharedMemorySegment OpenOrCreate(string name)
    {
        while (true)
        {
            var existing = LibC.shm_open(name, LibC.O_RDWR | LibC.O_NONBLOCK, mode: 0);
            if (existing.Errno != LibC.ENOENT)
            {
                return Own(name, existing.ThrowOnError("open", PathOf(name)), isReadOnly: false);
            }

            try
            {
                return Create(name);
            }
            catch (SystemCallException e) when (e.Errno == LibC.EEXIST)
            {
                // Somebody has made it since: it is opened. A name that leads nowhere was refused above.
            }
        }
    }

    /// <summary>It has no name before it has its owner: nobody sees it half made, also when its maker is killed.
    /// </summary>
    private static SharedMemorySegment CreateForOther(LocalUser owner, string name)
    {
        string path = PathOf(name);
        string operation = $"create for user {owner}";
        using var directory = new FdHandle(
            LibC.open(DirectoryPath, LibC.O_PATH | LibC.O_CLOEXEC).ThrowOnError(operation, path));
        var created = LibC.openat(directory, ".", LibC.O_TMPFILE | LibC.O_RDWR | LibC.O_CLOEXEC, OwnerOnly);
        var file = new FdHandle(created.ThrowOnError(operation, path));
        try
        {
            LibC.fchown(file, owner.Id).ThrowOnError(operation, path);
            LibC.link($"/proc/self/fd/{created.Value}", path).ThrowOnError("create", path);
            return new SharedMemorySegment(name, file, isReadOnly: false) { IsNew = true };
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    private static SharedMemorySegment Own(string name, nint descriptor, bool isReadOnly, bool isNew = false)
    {
        var handle = new FdHandle(descriptor);
        try
        {
            return new SharedMemorySegment(name, handle, isReadOnly) { IsNew = isNew };
        }
        catch
        {
            handle.Dispose();
            throw;
        }
    }

    private static string PathOf(string name) => $"{DirectoryPath}/{name.TrimStart('/')}";

    private static SegmentIdentity IdentityOf(in LibC.statx attributes) =>
        new(((ulong)attributes.stx_dev_major << 32) | attributes.stx_dev_minor, attributes.stx_ino);

    /// <summary>Waits for the lock; false, with the segment disposed, when the name led elsewhere by then.</summary>
    /// <remarks>Whoever held the lock may have unlinked the name: this memory is then out of sight.</remarks>
    private bool TakeLock(LockWait wait)
    {
        try
        {
            ThrowIfForeign();
            wait.Take(_descriptor, PathOf(Name));
            if (FindIdentity(Name) == Identity)
            {
                return true;
            }
        }
        catch
        {
            Dispose();
            throw;
        }

        Dispose();
        return false;
    }

    private LibC.statx Attributes()
    {
        LibC.fstat(_descriptor, out var attributes).ThrowOnError("statx", PathOf(Name));
        return attributes;
    }
}

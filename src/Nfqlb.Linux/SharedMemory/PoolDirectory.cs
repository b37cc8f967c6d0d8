using System.Diagnostics.CodeAnalysis;
using Nfqlb.Linux.Interop;
using Nfqlb.Maglev;

namespace Nfqlb.Linux.SharedMemory;

/// <summary>The pools of this machine, by name: one shared memory segment each.</summary>
/// <remarks>
/// Writers exclude each other by the segment's lock, which the kernel frees when its holder dies. Everybody may put
/// files into /dev/shm, so a pool of another user, or one that others may write, is neither changed nor relied on: its
/// owner could hold its lock, cut it short, or send packets where he likes. Whoever only looks may look at any.
/// </remarks>
public static class PoolDirectory
{
    private const string UnfinishedPrefix = $"{SegmentName.UnfinishedPrefix}init-";

    /// <summary>Of the wanted state that the commands keep.</summary>
    private static ReadOnlySpan<byte> WantedBegins => "{\"nfqlb\":"u8;

    /// <summary>A name of as many characters, of four bytes each, and the prefix is one that a file can have.</summary>
    private const int MostCharactersOfUnfinished = 48;

    /// <summary>When a name last came, went, or was given to other memory.</summary>
    public static DateTime NamesChanged => Directory.GetLastWriteTimeUtc(SharedMemorySegment.DirectoryPath);

    /// <summary>What has a name that a pool may have; whether it is one, who opens it learns.</summary>
    /// <exception cref="IOException">They cannot be listed.</exception>
    public static IEnumerable<PoolName> Names()
    {
        foreach (string path in Directory.EnumerateFiles(SharedMemorySegment.DirectoryPath))
        {
            if (PoolName.TryParse(Path.GetFileName(path), out var name, out _))
            {
                yield return name;
            }
        }
    }

    /// <summary>Opens a pool for look-ups. Its memory is unmapped when the segment is no longer referred to.</summary>
    /// <exception cref="PoolException">There is none, or it is no pool.</exception>
    public static PoolSegment Open(PoolName name)
    {
        try
        {
            using var file = SharedMemorySegment.Open(name.Text, readOnly: true);
            return PoolSegment.Open(MapOrEmpty(file));
        }
        catch (Exception e) when (e is SystemCallException or SegmentException)
        {
            throw CannotMap(name, e);
        }
    }

    /// <summary>The same; null when there is no pool of this name, or its maker was killed before it was one.</summary>
    /// <exception cref="PoolException">It is no pool.</exception>
    public static PoolSegment? TryOpen(PoolName name)
    {
        try
        {
            return IsUnfinished(name) ? null : Open(name);
        }
        catch (PoolException e) when (e.IsMissing)
        {
            return null;
        }
    }

    /// <summary>What a pool was told last, for those who will change it, or rely on it; null when there is none of this
    /// name, or its maker was killed before it was one.</summary>
    /// <param name="name">Which pool.</param>
    /// <param name="known">What was read of it before; it is given back where the pool was told nothing since.</param>
    /// <exception cref="PoolException">It is no pool, or not ours.</exception>
    public static ToldPool? TryReadTrusted(PoolName name, ToldPool? known = null) =>
        Trusted(name, file =>
        {
            using var memory = Map(file); // As often as it is asked, it would be mapped many times over.
            return Told(file, PoolSegment.Open(memory?.Memory ?? Memory<byte>.Empty), known);
        });

    /// <summary>The same for those who will change it, or rely on it.</summary>
    /// <exception cref="PoolException">It is no pool, or not ours.</exception>
    public static PoolSegment? TryOpenTrusted(PoolName name) =>
        Trusted(name, file => PoolSegment.Open(MapOrEmpty(file)));

    private static T? Trusted<T>(PoolName name, Func<SharedMemorySegment, T> use)
        where T : class
    {
        try
        {
            using var file = SharedMemorySegment.Open(name.Text, readOnly: true);
            file.ThrowIfForeign();
            return file.SizeBytes == 0 ? null : use(file);
        }
        catch (SystemCallException e) when (e.Errno == LibC.ENOENT)
        {
            return null;
        }
        catch (Exception e) when (e is SystemCallException or SegmentException)
        {
            throw CannotMap(name, e);
        }
    }

    /// <summary>True for a name whose maker was killed before there was a pool of it.</summary>
    /// <exception cref="PoolException">It may not be opened.</exception>
    public static bool IsUnfinished(PoolName name)
    {
        try
        {
            using var file = SharedMemorySegment.Open(name.Text, readOnly: true);
            return file is { IsRegular: true, SizeBytes: 0 };
        }
        catch (SystemCallException e) when (e.Errno != LibC.ENOENT)
        {
            throw CannotMap(name, e);
        }
        catch (SystemCallException)
        {
            return false;
        }
    }

    /// <summary>Opens a pool for look-ups in a process that lives long: only a pool that nobody but root and its own
    /// user could cut short under it, which is a fatal signal.</summary>
    /// <exception cref="PoolException">There is none, it is no pool, or it is not ours.</exception>
    public static PoolSegment OpenTrusted(PoolName name)
    {
        try
        {
            using var file = SharedMemorySegment.Open(name.Text, readOnly: true);
            file.ThrowIfForeign();
            return PoolSegment.Open(MapOrEmpty(file));
        }
        catch (Exception e) when (e is SystemCallException or SegmentException)
        {
            throw CannotMap(name, e);
        }
    }

    /// <summary>Makes an empty pool. One of this name is emptied; of another size, it is replaced.</summary>
    /// <exception cref="PoolException">There is no room, or the name is taken by others.</exception>
    public static void Create(PoolName name, PoolSize size, int ownMark) =>
        Create(name, PoolContent.Empty(new PoolShape(size), new PoolSettings(ownMark)));

    /// <summary>Makes a pool with its targets. One of this name gets them instead of its own, in one publication, where
    /// its memory has room for them; else it is replaced.</summary>
    /// <exception cref="PoolException">There is no room, or the name may not be used.</exception>
    public static void Create(PoolName name, PoolContent content)
    {
        try
        {
            using var file = SharedMemorySegment.OpenOrCreateLocked(name.Text);
            if (file.SizeBytes == 0)
            {
                FillNew(file, content);
            }
            else
            {
                if (!TryOpen(file, out var existing))
                {
                    ThrowIfOfOtherUse(file);
                }
                Put(name, existing, content);
            }
        }
        catch (Exception e) when (e is SystemCallException or SegmentException)
        {
            throw new PoolException($"FAILED createSharedData: {name}: {e.Message}", e.Message, e);
        }
    }

    /// <summary>Lets one writer at a time change a pool.</summary>
    /// <param name="name">Which pool.</param>
    /// <param name="change">Is called with the lock held.</param>
    /// <exception cref="PoolException">There is none, it is no pool, or it is not ours.</exception>
    public static void Change(PoolName name, Action<PoolSegment> change)
    {
        try
        {
            using var file = SharedMemorySegment.OpenLocked(name.Text);
            change(PoolSegment.Open(MapOrEmpty(file)));
        }
        catch (Exception e) when (e is SystemCallException or SegmentException)
        {
            throw CannotMap(name, e);
        }
    }

    /// <summary>Lets one writer at a time change what a pool is told: nothing, or one publication. Memory that has no
    /// room for it, of an older version, is replaced.</summary>
    /// <param name="name">Which pool.</param>
    /// <param name="change">Is called with the lock held, and gives what the pool shall be told.</param>
    /// <param name="known">What was read of it before.</param>
    /// <returns>What it has been told then; null where that is in other memory.</returns>
    /// <exception cref="PoolException">There is none, or it is no pool.</exception>
    public static ToldPool? Change(PoolName name, Func<PoolContent, PoolContent> change, ToldPool? known = null)
    {
        try
        {
            using var file = SharedMemorySegment.OpenLocked(name.Text);
            using var memory = Map(file);
            var pool = PoolSegment.Open(memory?.Memory ?? Memory<byte>.Empty);
            var before = Told(file, pool, known);
            var after = change(before.Content);
            if (after.Equals(before.Content))
            {
                return before;
            }
            Put(name, pool, after);
            return pool.CanHold(after) ? before with { Generation = pool.Generation, Content = after } : null;
        }
        catch (Exception e) when (e is SystemCallException or SegmentException)
        {
            throw CannotMap(name, e);
        }
    }

    private static ToldPool Told(SharedMemorySegment file, PoolSegment pool, ToldPool? known)
    {
        ulong generation = pool.Generation;
        return known?.Memory == file.Identity && known.Generation == generation ? known
            : new ToldPool(file.Identity, generation, pool.ReadContent());
    }

    /// <summary>Takes a pool's name away. Balancers that use it keep their memory until the name comes back.</summary>
    /// <returns>False when there was none.</returns>
    /// <exception cref="PoolException">It may not be removed, or is not ours.</exception>
    public static bool Delete(PoolName name)
    {
        try
        {
            using var file = SharedMemorySegment.OpenLocked(name.Text);
            if (TryOpen(file, out var pool))
            {
                pool.Retire();
            }
            else
            {
                ThrowIfOfOtherUse(file);
            }
            return SharedMemorySegment.Unlink(name.Text);
        }
        catch (SystemCallException e) when (e.Errno == LibC.ENOENT)
        {
            return false;
        }
        catch (Exception e) when (e is SystemCallException or SegmentException)
        {
            throw new PoolException($"FAILED delete: {name}: {e.Message}", e.Message, e);
        }
    }

    /// <summary>Removes the memory that one who was killed has made for a pool and not yet given its name.</summary>
    /// <exception cref="PoolException">It may not be removed.</exception>
    public static void RemoveUnfinished(PoolName name)
    {
        string unfinished = UnfinishedNameOf(name.Text);
        try
        {
            if (SharedMemorySegment.FindIdentity(unfinished) is not null)
            {
                using var file = SharedMemorySegment.OpenLocked(name.Text); // nobody is about to make one
                SharedMemorySegment.Unlink(unfinished);
            }
        }
        catch (SystemCallException e) when (e.Errno == LibC.ENOENT)
        {
            SharedMemorySegment.Unlink(unfinished);
        }
        catch (Exception e) when (e is SystemCallException or SegmentException)
        {
            throw CannotMap(name, e);
        }
    }

    /// <summary>Tells a pool, in memory of its own or in new memory. The lock of the old memory is held.</summary>
    private static void Put(PoolName name, PoolSegment? existing, PoolContent content)
    {
        if (existing is not null && existing.CanHold(content))
        {
            existing.Publish(content);
            return;
        }
        Replace(name.Text, content);
        existing?.Retire();
    }

    /// <summary>New memory under the old name, in one step: a mapping of the old memory must not shrink.</summary>
    /// <remarks>To be called with the lock of the old memory held, so that one at a time does it.</remarks>
    private static void Replace(string name, PoolContent content)
    {
        string unfinished = UnfinishedNameOf(name);
        SharedMemorySegment.Unlink(unfinished); // of one that was killed
        using var file = SharedMemorySegment.Create(unfinished);
        FormatNew(file, content);
        SharedMemorySegment.Rename(unfinished, name);
    }

    private static string UnfinishedNameOf(string name) =>
        UnfinishedPrefix + name[..Math.Min(name.Length, MostCharactersOfUnfinished)];

    /// <summary>What has only a name so far gets its memory in one step, too: whoever is killed leaves the name alone.
    /// </summary>
    private static void FillNew(SharedMemorySegment file, PoolContent content)
    {
        try
        {
            Replace(file.Name, content);
        }
        catch when (file.IsNew)
        {
            SharedMemorySegment.Unlink(file.Name);
            throw;
        }
    }

    private static void FormatNew(SharedMemorySegment file, PoolContent content)
    {
        try
        {
            file.Resize(PoolSegment.BytesFor(content.Shape));
            PoolSegment.Format(file.Map().Memory, content.Shape, content.Settings).Publish(content);
        }
        catch when (file.IsNew)
        {
            SharedMemorySegment.Unlink(file.Name);
            throw;
        }
    }

    private static bool TryOpen(SharedMemorySegment file, [NotNullWhen(true)] out PoolSegment? pool)
    {
        try
        {
            pool = PoolSegment.Open(MapOrEmpty(file));
            return true;
        }
        catch (SegmentException)
        {
            pool = null;
            return false;
        }
    }

    /// <summary>Refuses what nfqlb keeps for something else, under whatever name. Anything else that is no pool, such
    /// as one of nfqlb 1.2.0, may give way to one.</summary>
    private static void ThrowIfOfOtherUse(SharedMemorySegment file)
    {
        if (FragmentStatisticsSegment.HoldsFigures(file))
        {
            throw new SegmentException("it holds the figures of a fragment table");
        }
        if (file.SizeBytes is > 0 and <= int.MaxValue)
        {
            using var memory = file.Map();
            if (((ReadOnlySpan<byte>)memory.GetSpan()).StartsWith(WantedBegins))
            {
                throw new SegmentException("it holds what was asked for");
            }
        }
    }

    /// <summary>Stays mapped as long as it is referred to.</summary>
    private static Memory<byte> MapOrEmpty(SharedMemorySegment file) => Map(file)?.Memory ?? Memory<byte>.Empty;

    /// <summary>Nothing empty or larger than a span can be mapped, and none of it is a pool.</summary>
    private static MappedMemory? Map(SharedMemorySegment file) => file.SizeBytes switch
    {
        _ when !file.IsRegular => throw new SegmentException("not a pool: not a regular file"),
        0 => null,
        > int.MaxValue => throw new SegmentException($"not a pool: {file.SizeBytes} bytes"),
        _ => file.Map(),
    };

    /// <summary>The words of nfqlb 1.2.0, and the reason unless the pool is simply not there.</summary>
    private static PoolException CannotMap(PoolName name, Exception cause) =>
        cause is SystemCallException { Errno: LibC.ENOENT }
            ? new PoolException($"FAILED mapSharedData: {name}", "no such pool", cause)
            : new PoolException($"FAILED mapSharedData: {name}: {cause.Message}", cause.Message, cause);
}

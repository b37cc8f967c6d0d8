using Nfqlb.Linux.Interop;

namespace Nfqlb.Linux;

/// <summary>The user as whom the system runs its balancer, where that is not root: the owner of <c>/run/nfqlb</c>.
/// </summary>
/// <remarks>Only root can make a directory in <c>/run</c> or give it away, so this is root's own word. Root's commands
/// trust this user beside root, and what they put into shared memory is made this user's.</remarks>
internal static class BalancerAccount
{
    private const string DirectoryPath = "/run/nfqlb";

    /// <summary>Write, for the group and for others.</summary>
    private const int WrittenByOthers = 0x12; // 0022

    /// <summary>As whom a user namespace shows everybody from outside (kernel.overflowuid).</summary>
    private static readonly LocalUser Overflow = new(65534);

    /// <summary>Null where there is none.</summary>
    public static LocalUser? Current => OwnerOf(DirectoryPath);

    /// <summary>Whom this process makes files for: that user, where it is root's process; null for its own.</summary>
    public static LocalUser? Served => LocalUser.Current.IsRoot ? Current : null;

    /// <summary>The owner of a directory that stands in one of root's; null where root has not said so.</summary>
    internal static LocalUser? OwnerOf(string path)
    {
        if (AttributesOf(Path.GetDirectoryName(path)!) is not { stx_uid: 0 } parent
            || !IsDirectory(parent) || (parent.stx_mode & WrittenByOthers) != 0
            || AttributesOf(path) is not { } directory || !IsDirectory(directory))
        {
            return null;
        }
        var owner = new LocalUser(directory.stx_uid);
        return owner.IsRoot || owner == Overflow ? null : owner;
    }

    private static bool IsDirectory(LibC.statx attributes) => (attributes.stx_mode & LibC.S_IFMT) == LibC.S_IFDIR;

    /// <summary>Of the path itself, not of what a symbolic link leads to; null where there is nothing to be seen.
    /// </summary>
    private static LibC.statx? AttributesOf(string path)
    {
        var opened = LibC.open(path, LibC.O_PATH | LibC.O_CLOEXEC | LibC.O_NOFOLLOW);
        if (!opened.IsSuccess)
        {
            return null;
        }
        using var descriptor = new FdHandle(opened.Value);
        return LibC.fstat(descriptor, out var attributes).IsSuccess ? attributes : null;
    }
}

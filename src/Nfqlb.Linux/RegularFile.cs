using Nfqlb.Linux.Interop;

namespace Nfqlb.Linux;

/// <summary>Opens a file in whose place somebody may have put anything.</summary>
/// <remarks>The opening of a FIFO waits for a writer, and a device may have no end.</remarks>
public static class RegularFile
{
    /// <summary>Opens it for reading; a symbolic link is followed.</summary>
    /// <exception cref="IOException">It cannot be opened, or is no regular file. Its HResult is the errno, if there is
    /// one.</exception>
    public static FileStream OpenRead(string path)
    {
        var opened = LibC.open(path, LibC.O_RDONLY | LibC.O_NONBLOCK | LibC.O_CLOEXEC);
        using var file = new FdHandle(ValueOf(opened, path));
        ValueOf(LibC.fstat(file, out var attributes), path);
        return (attributes.stx_mode & LibC.S_IFMT) switch
        {
            LibC.S_IFREG => new FileStream(file.HandOut(), FileAccess.Read),
            LibC.S_IFDIR => throw new IOException(path, LibC.EISDIR),
            _ => throw new IOException("not a regular file"),
        };
    }

    private static nint ValueOf(SysResult result, string path) =>
        result.IsSuccess ? result.Value : throw new IOException(path, result.Errno);
}

using Nfqlb.Linux.Interop;

namespace Nfqlb.Linux;

/// <summary>The file by which an AF_UNIX socket is found. It outlives a process that was killed.</summary>
public static class SocketFile
{
    /// <summary>Whether a path leads to one; false where it leads nowhere, or may not be followed.</summary>
    /// <remarks>Opened as a mere place (O_PATH), so that nothing that stands there instead can make it wait.</remarks>
    public static bool Is(string path)
    {
        var opened = LibC.open(path, LibC.O_PATH | LibC.O_CLOEXEC);
        if (!opened.IsSuccess)
        {
            return false;
        }
        using var place = new FdHandle(opened.Value);
        return LibC.fstat(place, out var attributes).IsSuccess
            && (attributes.stx_mode & LibC.S_IFMT) == LibC.S_IFSOCK;
    }
}

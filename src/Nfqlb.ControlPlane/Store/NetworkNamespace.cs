namespace Nfqlb.ControlPlane.Store;

/// <summary>Which network namespace this is: rules, routes and tables of one are not those of another.</summary>
internal static class NetworkNamespace
{
    /// <summary>Its inode, and that of which boot: numbers begin anew with each. Null where that cannot be
    /// seen.</summary>
    public static string? Current
    {
        get
        {
            try
            {
                // Of this thread, which alone may have moved.
                string? inode = new FileInfo("/proc/thread-self/ns/net").LinkTarget;
                string boot = File.ReadAllText("/proc/sys/kernel/random/boot_id").Trim();
                return inode is null ? null : $"{inode} of boot {boot}";
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                return null; // There is no /proc: then a mistake is not noticed, as it was before.
            }
        }
    }
}

using System.Globalization;

namespace Nfqlb.Linux.Queue;

/// <summary>Who has bound a queue.</summary>
/// <param name="PortId">Netlink port of the socket.</param>
/// <param name="ProcessId">The process that has the socket open; null when it cannot be seen from here.</param>
/// <param name="ProcessName">That process's name, as in /proc/PID/comm; null with it.</param>
public readonly record struct QueueOwner(uint PortId, int? ProcessId, string? ProcessName)
{
    private const string SocketsPath = "/proc/net/netlink";

    /// <summary>NETLINK_NETFILTER of linux/netlink.h.</summary>
    private const string NetfilterProtocol = "12";

    /// <summary>"nfqlb (pid 1234)", or "port id 1234" for one in another pid namespace.</summary>
    public override string ToString() =>
        ProcessId is { } pid ? $"{ProcessName} (pid {pid})" : $"port id {PortId}";

    /// <summary>Follows a netlink port to the socket's inode, and that to a process that has it open.</summary>
    /// <param name="portId">As <see cref="KernelQueue"/> tells it.</param>
    /// <exception cref="IOException">/proc cannot be read.</exception>
    public static QueueOwner OfPort(uint portId)
    {
        string? inode = FindInode(File.ReadLines(SocketsPath), portId);
        int? processId = inode is null ? null : FindProcess($"socket:[{inode}]");
        return new QueueOwner(portId, processId, processId is { } pid ? NameOf(pid) : null);
    }

    /// <summary>The inode of a netfilter socket, among lines of /proc/net/netlink; null when it is not there.</summary>
    /// <remarks>Columns: address, protocol, port id, groups, rmem, wmem, dump, locks, drops, inode.</remarks>
    internal static string? FindInode(IEnumerable<string> lines, uint portId)
    {
        string port = portId.ToString(CultureInfo.InvariantCulture);
        foreach (string line in lines)
        {
            string[] columns = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (columns.Length >= 10 && columns[1] == NetfilterProtocol && columns[2] == port)
            {
                return columns[9];
            }
        }

        return null;
    }

    private static int? FindProcess(string linkTarget)
    {
        foreach (string directory in Directory.EnumerateDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(directory), out int pid) && HasOpen(directory, linkTarget))
            {
                return pid;
            }
        }

        return null;
    }

    private static bool HasOpen(string processDirectory, string linkTarget)
    {
        try
        {
            return Directory.EnumerateFileSystemEntries(processDirectory + "/fd")
                .Any(entry => new FileInfo(entry).LinkTarget == linkTarget);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // It ended while we looked, or is not for us to see: then it cannot be named.
            return false;
        }
    }

    private static string NameOf(int pid)
    {
        try
        {
            return File.ReadAllText($"/proc/{pid}/comm").TrimEnd('\n');
        }
        catch (IOException)
        {
            return "a process that has just ended";
        }
    }
}

using System.Globalization;
using Nfqlb.Linux.Interop;

namespace Nfqlb.Linux;

/// <summary>Who holds a lock of flock(2), for people.</summary>
internal static class LockHolder
{
    private const string Locks = "/proc/locks";

    /// <summary>What can be found out about the holder of a file's lock.</summary>
    /// <returns>Such as "process 4711 (nfqlb) of user 1000"; "another process" when this pid namespace does not see
    /// it.</returns>
    internal static string Of(FdHandle file)
    {
        if (!LibC.fstat(file, out var attributes).IsSuccess)
        {
            return "another process";
        }
        try
        {
            string id = $"{attributes.stx_dev_major:x2}:{attributes.stx_dev_minor:x2}:{attributes.stx_ino}";
            return FindProcess(File.ReadLines(Locks), id) is { } process ? Describe(process) : "another process";
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return "another process"; // /proc is not there, or not for this user
        }
    }

    /// <summary>The process that holds the lock of a file, by the lines of /proc/locks.</summary>
    /// <param name="lines">Such as "1: FLOCK  ADVISORY  WRITE 4711 00:1a:5 0 EOF"; one that waits has an arrow behind
    /// its number.</param>
    /// <param name="file">Device, major and minor in hexadecimal digits, and inode: "00:1a:5".</param>
    internal static int? FindProcess(IEnumerable<string> lines, string file)
    {
        const int kind = 1, process = 4, place = 5;
        foreach (string line in lines)
        {
            string[] words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (words.Length > place && words[kind] == "FLOCK" && words[place] == file
                && int.TryParse(words[process], CultureInfo.InvariantCulture, out int id) && id > 0)
            {
                return id;
            }
        }
        return null;
    }

    /// <remarks>The holder of a descriptor may have ended, and a child of its have it still.</remarks>
    private static string Describe(int process)
    {
        try
        {
            string name = File.ReadAllText($"/proc/{process}/comm").TrimEnd('\n');
            string? user = File.ReadLines($"/proc/{process}/status").FirstOrDefault(line => line.StartsWith("Uid:"));
            string[] users = user?.Split('\t') ?? [];
            return $"process {process} ({PlainText.Visible(name)})" + (users.Length > 2 ? $" of user {users[2]}" : "");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return $"process {process}";
        }
    }
}

using System.Globalization;

namespace Nfqlb.Linux;

/// <summary>What this process uses of the machine, as /proc/self tells it.</summary>
/// <param name="CpuTime">User and system time of all its threads.</param>
/// <param name="ResidentBytes">Memory that is not swapped out.</param>
/// <param name="VirtualBytes">Address space; far more than memory, as the runtime reserves it.</param>
/// <param name="OpenDescriptors">How many files, sockets and other things it has open.</param>
/// <param name="MostDescriptors">How many it may have (RLIMIT_NOFILE, soft); null for any number.</param>
public sealed record ProcessUsage(
    TimeSpan CpuTime, long ResidentBytes, long VirtualBytes, int OpenDescriptors, long? MostDescriptors)
{
    private const string OfDescriptors = "Max open files";

    /// <summary>As it is now.</summary>
    /// <exception cref="IOException">There is no /proc.</exception>
    public static ProcessUsage Read()
    {
        // Size and resident, in pages: proc_pid_statm(5).
        string[] pages = File.ReadAllText("/proc/self/statm").Split(' ');
        return new ProcessUsage(
            Environment.CpuUsage.TotalTime,
            long.Parse(pages[1], CultureInfo.InvariantCulture) * Environment.SystemPageSize,
            long.Parse(pages[0], CultureInfo.InvariantCulture) * Environment.SystemPageSize,
            // Itself not: the directory is open while it is listed.
            Directory.EnumerateFileSystemEntries("/proc/self/fd").Count() - 1,
            MostOf(File.ReadLines("/proc/self/limits")));
    }

    /// <summary>The soft limit of open files, of the lines of /proc/PID/limits.</summary>
    internal static long? MostOf(IEnumerable<string> limits)
    {
        string line = limits.First(line => line.StartsWith(OfDescriptors, StringComparison.Ordinal));
        string soft = line[OfDescriptors.Length..].Split(' ', StringSplitOptions.RemoveEmptyEntries)[0];
        return long.TryParse(soft, CultureInfo.InvariantCulture, out long most) ? most : null;
    }
}

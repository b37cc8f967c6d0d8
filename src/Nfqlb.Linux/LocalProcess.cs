using System.Globalization;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Nfqlb.Linux.Interop;

namespace Nfqlb.Linux;

/// <summary>A process of this machine.</summary>
/// <param name="Id">Its number in this process's pid namespace.</param>
/// <param name="Started">When it was started, to a second or so; null when /proc does not tell.</param>
public sealed record LocalProcess(int Id, DateTimeOffset? Started)
{
    // sys/socket.h; struct ucred is pid, uid, gid, 32 bits each.
    private const int SolSocket = 1;
    private const int SoPeerCred = 17;

    /// <summary>USER_HZ, in which /proc counts time whatever the kernel's own clock does (asm/param.h).</summary>
    private const double TicksPerSecond = 100;

    /// <summary>Of a line of /proc/PID/stat, counted from behind the name: field 22 in proc_pid_stat(5).</summary>
    private const int StartTimeIndex = 22 - 3;

    /// <summary>This one.</summary>
    public static LocalProcess Current { get; } = new(Environment.ProcessId, StartOf(Environment.ProcessId));

    /// <summary>Who is at the other end of an AF_UNIX connection: he who listens, or who has connected.</summary>
    /// <remarks>The kernel notes it at listen(2) and connect(2), so it cannot be forged.</remarks>
    /// <returns>Null when it cannot be seen from this pid namespace.</returns>
    /// <exception cref="SocketException">Not such a socket.</exception>
    public static LocalProcess? AtOtherEndOf(Socket connection)
    {
        Span<int> credentials = stackalloc int[3];
        connection.GetRawSocketOption(SolSocket, SoPeerCred, MemoryMarshal.AsBytes(credentials));
        int id = credentials[0];
        return id == 0 ? null : new LocalProcess(id, StartOf(id));
    }

    /// <summary>The same with its user, for people, such as `process 4711 of user 0`.</summary>
    /// <exception cref="SocketException">Not such a socket.</exception>
    public static string WordsOfOtherEndOf(Socket connection)
    {
        Span<int> credentials = stackalloc int[3];
        connection.GetRawSocketOption(SolSocket, SoPeerCred, MemoryMarshal.AsBytes(credentials));
        return $"process {credentials[0]} of user {(uint)credentials[1]}";
    }

    /// <summary>Ends it at once (SIGKILL), without a chance to do anything before; fine when it is gone already.
    /// </summary>
    /// <exception cref="SystemCallException">It is of another user.</exception>
    public void Kill()
    {
        var result = LibC.kill(Id, LibC.SIGKILL);
        if (result.Errno != LibC.ESRCH)
        {
            result.ThrowOnError("kill", $"process {Id}");
        }
    }

    /// <summary>True for one that is stopped (SIGSTOP, or a debugger): it does nothing until it is continued.</summary>
    public static bool IsStopped(int id)
    {
        try
        {
            string stat = File.ReadAllText($"/proc/{id}/stat");
            return stat[(stat.LastIndexOf(')') + 1)..].TrimStart() is ['T' or 't', ..];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false; // It has just ended, or is not for this user to see.
        }
    }

    /// <summary>Seconds since boot, of a line of /proc/PID/stat; null when it is none.</summary>
    /// <remarks>The name, in brackets, may have blanks and brackets in it.</remarks>
    internal static double? SecondsAfterBoot(string stat)
    {
        string[] fields = stat[(stat.LastIndexOf(')') + 1)..].Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return fields.Length > StartTimeIndex
            && long.TryParse(fields[StartTimeIndex], CultureInfo.InvariantCulture, out long ticks)
            ? ticks / TicksPerSecond
            : null;
    }

    private static DateTimeOffset? StartOf(int id)
    {
        try
        {
            return SecondsAfterBoot(File.ReadAllText($"/proc/{id}/stat")) is { } seconds && BootTime() is { } boot
                ? boot.AddSeconds(seconds)
                : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // It has just ended, or /proc is not for this user: then it has a number and no more.
            return null;
        }
    }

    private static DateTimeOffset? BootTime()
    {
        const string key = "btime ";
        foreach (string line in File.ReadLines("/proc/stat"))
        {
            if (line.StartsWith(key, StringComparison.Ordinal)
                && long.TryParse(line.AsSpan(key.Length), CultureInfo.InvariantCulture, out long seconds))
            {
                return DateTimeOffset.FromUnixTimeSeconds(seconds);
            }
        }

        return null;
    }
}

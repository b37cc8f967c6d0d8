using System.Diagnostics;
using Nfqlb.PathBench.Contenders;
using Nfqlb.PathBench.Lab;

namespace Nfqlb.PathBench.Measuring;

/// <summary>What the kernel has counted up to a moment.</summary>
/// <param name="Time">When, from any start.</param>
/// <param name="Arrived">Packets at the targets.</param>
/// <param name="ProcessTime">The contender's CPU time, exact; with what the kernel does for others meanwhile on its
/// account (softirqs), such as the receiving end of the target's link.</param>
/// <param name="UserTicks">Its share in user mode, sampled by the timer tick.</param>
/// <param name="SystemTicks">Its share in the kernel.</param>
/// <param name="CoreTime">Time the balancer's core was not idle, with a resolution of 10 ms.</param>
internal readonly record struct Snapshot(
    TimeSpan Time, long Arrived, TimeSpan ProcessTime, long UserTicks, long SystemTicks, TimeSpan CoreTime)
{
    private const double TicksPerSecond = 100; // USER_HZ, the same on all architectures of interest

    /// <summary>Reads everything, in some hundred microseconds.</summary>
    public static Snapshot Take(Network network, Traffic traffic, IRunning contender)
    {
        var (user, system) = contender.ProcessId is { } id ? Ticks(id) : (0, 0);
        return new Snapshot(
            Stopwatch.GetElapsedTime(0),
            network.Arrived(traffic),
            contender.ProcessId is { } process ? RunTime(process) : TimeSpan.Zero,
            user,
            system,
            CoreBusy(Cores.Single));
    }

    /// <summary>The first number of schedstat is the time on a CPU in nanoseconds, a file a thread.</summary>
    private static TimeSpan RunTime(int process)
    {
        double nanoseconds = 0;
        foreach (string thread in Directory.EnumerateDirectories($"/proc/{process}/task"))
        {
            nanoseconds += double.Parse(File.ReadAllText($"{thread}/schedstat").Split(' ')[0]);
        }
        return TimeSpan.FromMicroseconds(nanoseconds / 1000);
    }

    private static (long User, long System) Ticks(int process)
    {
        // proc(5): utime and stime are fields 14 and 15; the name in field 2 may contain blanks.
        string stat = File.ReadAllText($"/proc/{process}/stat");
        string[] fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        return (long.Parse(fields[11]), long.Parse(fields[12]));
    }

    private static TimeSpan CoreBusy(int core)
    {
        // proc(5): user nice system idle iowait irq softirq steal, then guest times, which user contains.
        string line = File.ReadLines("/proc/stat").First(l => l.StartsWith($"cpu{core} ", StringComparison.Ordinal));
        long[] ticks = [.. line.Split(' ')[1..9].Select(long.Parse)];
        return TimeSpan.FromSeconds((ticks.Sum() - ticks[3] - ticks[4]) / TicksPerSecond);
    }
}

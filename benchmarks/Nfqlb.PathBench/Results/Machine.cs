namespace Nfqlb.PathBench.Results;

/// <summary>What the figures were measured on.</summary>
internal static class Machine
{
    private static readonly TimeSpan Glance = TimeSpan.FromSeconds(1);

    /// <summary>The share of CPU time that others take, 0 to 1, while nothing is measured. Figures of a machine that
    /// is not quiet say little about rates; CPU time a packet suffers less.</summary>
    public static double BusyShare()
    {
        var (busy, all) = Ticks();
        Thread.Sleep(Glance);
        var (busyLater, allLater) = Ticks();
        return (double)(busyLater - busy) / Math.Max(allLater - all, 1);

        // proc(5): user nice system idle iowait irq softirq steal, then guest times, which user contains.
        static (long Busy, long All) Ticks()
        {
            string line = File.ReadLines("/proc/stat").First();
            long[] ticks = [.. line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1..9].Select(long.Parse)];
            return (ticks.Sum() - ticks[3] - ticks[4], ticks.Sum());
        }
    }

    /// <summary>CPU, number of cores, kernel.</summary>
    public static string Describe()
    {
        string cpu = File.ReadLines("/proc/cpuinfo")
            .Where(line => line.StartsWith("model name", StringComparison.Ordinal))
            .Select(line => line[(line.IndexOf(':') + 2)..])
            .FirstOrDefault("unknown CPU");
        string kernel = File.ReadAllText("/proc/sys/kernel/osrelease").Trim();
        return $"{cpu}, {Environment.ProcessorCount} cores, Linux {kernel}";
    }
}

namespace Nfqlb.PathBench.Results;

/// <summary>What the figures were measured on.</summary>
internal static class Machine
{
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

using Nfqlb.Linux.Interop;

namespace Nfqlb.Linux.Cpus;

/// <summary>On which CPUs threads may run.</summary>
public static class CpuAffinity
{
    private const string OnlinePath = "/sys/devices/system/cpu/online";
    private const int BitsPerByte = 8;

    /// <summary>The CPUs that this thread may run on now; new threads inherit them.</summary>
    /// <exception cref="SystemCallException">The kernel has more CPUs than this program knows.</exception>
    public static CpuList Allowed()
    {
        Span<byte> mask = stackalloc byte[CpuList.MostCpus / BitsPerByte];
        mask.Clear();
        LibC.sched_getaffinity(mask).ThrowOnError("sched_getaffinity", "this thread");
        var numbers = new List<int>();
        for (int cpu = 0; cpu < CpuList.MostCpus; cpu++)
        {
            if ((mask[cpu / BitsPerByte] >> cpu % BitsPerByte & 1) == 1)
            {
                numbers.Add(cpu);
            }
        }
        return CpuList.Of(numbers);
    }

    /// <summary>The CPUs that run; null where /sys does not tell.</summary>
    public static CpuList? Online()
    {
        try
        {
            return CpuList.TryParse(File.ReadAllText(OnlinePath).Trim(), out var list, out _) ? list : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>What stands against running on some CPUs; null for nothing.</summary>
    /// <param name="wanted">The CPUs.</param>
    /// <param name="online">Those that run; null when that is not known.</param>
    /// <param name="allowed">Those that this process may run on.</param>
    public static string? ComplaintAbout(CpuList wanted, CpuList? online, CpuList allowed)
    {
        foreach (int cpu in wanted.Numbers)
        {
            if (online is not null && !online.Numbers.Contains(cpu))
            {
                return $"there is no CPU {cpu}, only {online}";
            }
            if (!allowed.Numbers.Contains(cpu))
            {
                return $"CPU {cpu} is not allowed to this process, only {allowed}";
            }
        }
        return null;
    }

    /// <summary>Has this thread run on one CPU alone from now on.</summary>
    /// <param name="cpu">0 to <see cref="CpuList.MostCpus"/> - 1.</param>
    /// <exception cref="SystemCallException">It does not run, or is not allowed (EINVAL).</exception>
    public static void Pin(int cpu)
    {
        Span<byte> mask = stackalloc byte[CpuList.MostCpus / BitsPerByte];
        mask.Clear();
        mask[cpu / BitsPerByte] = (byte)(1 << cpu % BitsPerByte);
        LibC.sched_setaffinity(mask).ThrowOnError("sched_setaffinity", $"CPU {cpu}");
    }
}

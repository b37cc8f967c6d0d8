using Nfqlb.Linux.Cpus;

namespace Nfqlb.Cli.Layout;

/// <summary>What to type for a link's receive queues, and what could not be found out about them.</summary>
internal static class LayoutAdvice
{
    /// <summary>Lines for a shell; those that are for people begin with `#`.</summary>
    /// <param name="link">Its name.</param>
    /// <param name="queues">Its receive queues; null when /sys is of another network namespace.</param>
    /// <param name="allowed">The CPUs that a balancer may run on.</param>
    /// <param name="vips">As `--vips` takes them.</param>
    public static IEnumerable<string> Lines(
        string link, IReadOnlyList<ReceiveQueue>? queues, CpuList allowed, string vips)
    {
        if (queues is null)
        {
            yield return $"# /sys is of another network namespace: nothing is known of the receive queues of {link}";
            queues = [];
        }
        foreach (var queue in queues)
        {
            if (queue.Cpus is null)
            {
                yield return $"# rx-{queue.Number}: neither an interrupt of {link} nor packet steering (rps_cpus) "
                    + "tells its CPU";
            }
            else if (queue.SteeredTo is null && queue.InterruptCpus is { Count: > 1 })
            {
                yield return $"# rx-{queue.Number}: its interrupt may go to any of CPUs {queue.InterruptCpus}";
            }
        }
        foreach (var shared in queues.Where(queue => queue.Cpus is not null).GroupBy(queue => $"{queue.Cpus}"))
        {
            if (shared.Count() > 1)
            {
                string names = string.Join(", ", shared.Select(queue => $"rx-{queue.Number}"));
                yield return $"# {names} come in on the same CPUs, {shared.Key}: "
                    + "spread them by /proc/irq/N/smp_affinity_list first";
            }
        }
        int[] receiving = [.. queues.SelectMany(queue => queue.Cpus?.Numbers ?? []).Distinct().Order()];
        int[] foreign = [.. receiving.Except(allowed.Numbers)];
        if (foreign.Length > 0)
        {
            yield return $"# CPUs {CpuList.Of(foreign)} receive, and are not allowed to this process: "
                + "start the balancer where they are";
        }
        if (receiving.Length == 0)
        {
            int count = Math.Max(1, queues.Count);
            yield return "# Without a known CPU: a queue for each receive queue, spread by addresses, workers anywhere";
            yield return $"nfqlb flowlb --queue={QueueLayout.RangeOf(count)}";
            yield return $"nfqlb vip-set --vips={vips} --queue={QueueLayout.RangeOf(count)} --fanout=no";
            yield break;
        }
        var layout = QueueLayout.Of(receiving);
        yield return "# Each packet is decided on the CPU that it came in on";
        yield return $"nfqlb flowlb --queue={layout.Range} --cpus={layout.Cpus}";
        yield return $"nfqlb vip-set --vips={vips} --queue={layout.Range} --fanout=yes";
    }
}

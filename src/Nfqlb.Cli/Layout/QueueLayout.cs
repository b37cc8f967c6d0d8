using Nfqlb.Linux.Cpus;

namespace Nfqlb.Cli.Layout;

/// <summary>Queues and workers such that a packet is decided on the CPU that it came in on.</summary>
/// <remarks>With `fanout` the kernel puts what CPU c has received into queue c modulo the number of queues
/// (nfqueue_tg_v3(), net/netfilter/xt_NFQUEUE.c; nft_queue.c alike).</remarks>
/// <param name="Queues">How many, from queue 0 on.</param>
/// <param name="Cpus">The CPU of each queue's worker.</param>
internal sealed record QueueLayout(int Queues, CpuList Cpus)
{
    /// <summary>The fewest queues of which no two CPUs share one.</summary>
    /// <param name="receiving">The CPUs that packets come in on; at least one.</param>
    public static QueueLayout Of(IReadOnlyCollection<int> receiving)
    {
        int queues = receiving.Count;
        while (receiving.Select(cpu => cpu % queues).Distinct().Count() < receiving.Count)
        {
            queues++;
        }
        int[] cpus = new int[queues];
        // A queue that nothing is put into has a worker all the same, which sleeps.
        Array.Fill(cpus, receiving.Min());
        foreach (int cpu in receiving)
        {
            cpus[cpu % queues] = cpu;
        }
        return new QueueLayout(queues, CpuList.Of(cpus));
    }

    /// <summary>As `--queue` takes them.</summary>
    public string Range => RangeOf(Queues);

    /// <summary>So many from queue 0 on, as `--queue` takes them.</summary>
    public static string RangeOf(int queues) => queues == 1 ? "0" : $"0:{queues - 1}";
}

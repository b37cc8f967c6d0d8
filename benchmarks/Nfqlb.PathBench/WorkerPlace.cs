namespace Nfqlb.PathBench;

/// <summary>Where the threads of a balancer may run.</summary>
internal enum WorkerPlace
{
    /// <summary>On a core of their own, beside that which receives; all cores, where there are several queues.
    /// </summary>
    Apart,

    /// <summary>Wherever the scheduler likes.</summary>
    Anywhere,

    /// <summary>On the core that receives the packets: nfqlb's own `--cpus`.</summary>
    Receiving,
}

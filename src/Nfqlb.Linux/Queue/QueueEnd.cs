namespace Nfqlb.Linux.Queue;

/// <summary>How a loop leaves its queue.</summary>
public enum QueueEnd
{
    /// <summary>After the batch at hand: what waits is for whoever reads the queue next.</summary>
    AtOnce,

    /// <summary>When nothing waits any more, a second later at the latest.</summary>
    Drained,

    /// <summary>The same; what comes from now on passes by the queue, without a verdict and without a mark.</summary>
    Bypassed,
}

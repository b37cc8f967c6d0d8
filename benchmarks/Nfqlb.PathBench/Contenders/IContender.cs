using Nfqlb.PathBench.Lab;

namespace Nfqlb.PathBench.Contenders;

/// <summary>Something that takes the client's packets to the targets.</summary>
internal interface IContender
{
    /// <summary>Its name in tables.</summary>
    string Name { get; }

    /// <summary>One line for those who see the name for the first time.</summary>
    string Description { get; }

    /// <summary>Whether it is measured in this scenario; most keep no connections.</summary>
    bool Takes(Scenario scenario) => scenario.Drain == Drain.Unasked;

    /// <summary>Starts it with all that the scenario wants.</summary>
    /// <param name="scenario">What to do.</param>
    /// <param name="queues">Its queues, as many as the scenario says.</param>
    IRunning Start(Scenario scenario, QueueSpan queues);
}

/// <summary>A contender at work. Disposed, it ends.</summary>
internal interface IRunning : IDisposable
{
    /// <summary>The process whose CPU time counts; null when it is the kernel alone.</summary>
    int? ProcessId { get; }

    /// <summary>Packets that the kernel has dropped before its queues, since it started.</summary>
    long QueueDrops { get; }

    /// <summary>Packets that wait for its verdict.</summary>
    long Waiting { get; }

    /// <summary>Lets the client's packets come here from now on.</summary>
    void TakeTraffic();
}

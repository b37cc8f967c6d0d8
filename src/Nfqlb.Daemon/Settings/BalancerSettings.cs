using Nfqlb.Control;
using Nfqlb.Drain;
using Nfqlb.Fragments;
using Nfqlb.Linux.Cpus;
using Nfqlb.Linux.Queue;
using Nfqlb.Maglev;
using Nfqlb.Queues;

namespace Nfqlb.Daemon.Settings;

/// <summary>How a balancer shall be, checked.</summary>
public sealed record BalancerSettings
{
    /// <summary>The queues to read, a thread each.</summary>
    public required QueueRange Queues { get; init; }

    /// <summary>The CPUs of the threads, in the order of the queues; null for any.</summary>
    public CpuList? Cpus { get; init; }

    /// <summary>How each is bound.</summary>
    public required QueueOptions Queue { get; init; }

    /// <summary>What becomes of packets that wait at the end.</summary>
    public required QueueEnd End { get; init; }

    /// <summary>How packets are classified, but for what has to be opened first.</summary>
    public required ClassifierOptions Classifier { get; init; }

    /// <summary>How connections stay where they are while tables change; null where they do not.</summary>
    public DrainOptions? Drain { get; init; }

    /// <summary>The bits of marks that are nfqlb's.</summary>
    public MarkMask MarkMask { get; init; }

    /// <summary>Where the kernel decides packets itself; null for nowhere.</summary>
    public FastPathSettings? FastPath { get; init; }

    /// <summary>Whether that may be asked for later.</summary>
    public bool MayGetFastPath { get; init; }

    /// <summary>The pool of balancers among which fragments are spread; null for none.</summary>
    public PoolName? Tier { get; init; }

    /// <summary>The tun device by which stored fragments come back; null for none.</summary>
    public string? Tun { get; init; }

    /// <summary>How much is remembered of fragmented packets.</summary>
    public required FragmentTableOptions Fragments { get; init; }

    /// <summary>How events are logged.</summary>
    public LogFormat LogFormat { get; init; }

    /// <summary>Where events are logged.</summary>
    public required TextWriter Log { get; init; }

    /// <summary>Where traces are told.</summary>
    public required ControlAddress TraceAddress { get; init; }

    /// <summary>The segment that shows the fragment statistics.</summary>
    public required string StatisticsSegment { get; init; }

    /// <summary>What started this process.</summary>
    public SystemdSettings Systemd { get; init; } = SystemdSettings.None;

    /// <summary>Ends this process at once, as one that has failed.</summary>
    public required Action EndAtOnce { get; init; }
}

using Nfqlb.Flows;
using Nfqlb.Kubernetes.Access;
using Nfqlb.Maglev;
using Nfqlb.Planning.Documents;

namespace Nfqlb.Daemon.Settings;

/// <summary>What a balancer follows that keeps itself as files ask for.</summary>
/// <param name="Files">Files, or directories of files, as they were typed.</param>
/// <param name="Store">The name that what is asked for is kept under.</param>
public sealed record FollowSettings(IReadOnlyList<string> Files, PoolName Store)
{
    /// <summary>The files as they were read and checked before anything was begun; null where they were not.</summary>
    public DocumentSource? Checked { get; init; }

    /// <summary>Flows that were asked for when a balancer ran last, where the files still ask for what they did then:
    /// they can be set while the rest of the start goes on.</summary>
    public IReadOnlyList<Flow> Asked { get; init; } = [];

    /// <summary>How the API server of Kubernetes is reached, where the files ask it for targets.</summary>
    public ApiAccess Cluster { get; init; } = new ApiAccess.Pod(Host: null, Port: null);

    /// <summary>Pools and flows of others that stand where the files put their own become ours.</summary>
    public bool Adopts { get; init; }

    /// <summary>How long it goes on at its end after it has withdrawn its announcements.</summary>
    public TimeSpan WithdrawWait { get; init; } = LeastWithdrawWait;

    /// <summary>A router has heard of a withdrawal by then.</summary>
    public static readonly TimeSpan LeastWithdrawWait = TimeSpan.FromMilliseconds(200);

    /// <summary>What is said of the fast path beside the files.</summary>
    public FastPathChoice FastPath { get; init; } = new();

    /// <summary>At the end, all goes that was asked for, but where another balancer takes over.</summary>
    public bool TakesAllAway { get; init; }
}

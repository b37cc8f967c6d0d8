using Nfqlb.Linux.Interop;
using Nfqlb.Queues;

namespace Nfqlb.Linux.Netlink.Nftables;

/// <summary>The table `inet nfqlb` of a network namespace: it hands packets for the VIPs to the queues.</summary>
/// <remarks>
/// Nothing is kept here: each change reads the table, sends only what differs, in one transaction, and has the kernel
/// refuse it when any table was changed in between; then it is read again. So two at once do not undo each other, and
/// what is as wanted already sends nothing. One thread may use it at a time.
/// </remarks>
public sealed class VipTable : IDisposable
{
    /// <summary>How often a change is tried that others come in between of.</summary>
    private const int Attempts = 50;

    /// <summary>Longest pause between two attempts, milliseconds.</summary>
    private const int LongestPause = 20;

    private readonly NetlinkSocket _socket;

    /// <summary>Native until the kernel says that it has no such, or the table shows it.</summary>
    private QueueKind _kind = QueueKind.Native;

    /// <summary>Speaks through a socket, and closes it at the end.</summary>
    internal VipTable(NetlinkSocket socket) => _socket = socket;

    /// <summary>Of the network namespace of this thread. Reading needs CAP_NET_ADMIN too.</summary>
    /// <exception cref="SystemCallException">No netlink socket can be opened.</exception>
    public static VipTable Open() => new(NetlinkSocket.Open(NetlinkProtocol.Netfilter));

    /// <summary>Closes the socket.</summary>
    public void Dispose() => _socket.Dispose();

    /// <summary>What the table holds.</summary>
    /// <exception cref="NetlinkException">The kernel has no nf_tables, or no privilege was held; others changed tables
    /// all the time (EINTR).</exception>
    public NftablesReading Read() => new NftablesReader(_socket).Read();

    /// <summary>The generation of the namespace's rules: another one after every change of any table.</summary>
    /// <exception cref="NetlinkException">As for <see cref="Read"/>.</exception>
    public uint ReadGeneration() => new NftablesReader(_socket).ReadGeneration();

    /// <summary>Makes the table do this.</summary>
    /// <returns>What was changed; empty when nothing was to be.</returns>
    /// <exception cref="NetlinkException">The kernel refused it; then nothing has changed.</exception>
    public NftablesPlan Set(NftablesState wanted) => Change(_ => wanted);

    /// <summary>Makes the table do something that depends on what it does.</summary>
    /// <param name="wanted">Gives the state that is wanted, of the one that is; null for no table. It is asked again
    /// when somebody else was faster.</param>
    /// <returns>What was changed; empty when nothing was to be.</returns>
    /// <exception cref="NetlinkException">The kernel refused it; then nothing has changed.</exception>
    public NftablesPlan Change(Func<NftablesReading, NftablesState?> wanted)
    {
        for (int attempt = 1; ; attempt++)
        {
            var reading = Read();
            if (reading.Kind == QueueKind.Xtables)
            {
                // A batch with a new chain that is refused takes the chain back, and with it all packets that wait in
                // any queue: what is known to be refused is not tried again.
                _kind = QueueKind.Xtables;
            }

            var plan = NftablesPlan.Between(reading, wanted(reading));
            var refusal = plan.IsEmpty ? null : CarryOut(plan, reading.Generation);
            if (refusal is null)
            {
                return plan;
            }

            if (!IsPassing(refusal.Errno) || attempt == Attempts)
            {
                refusal.ThrowOnError();
            }

            Thread.Sleep(Math.Min(attempt, LongestPause));
        }
    }

    /// <summary>Takes the table away, with all that is in it. None there is fine.</summary>
    /// <returns>True when there was one.</returns>
    /// <exception cref="NetlinkException">The kernel refused it; then nothing has changed.</exception>
    public bool Delete() => !Change(_ => null).IsEmpty;

    /// <returns>The first request that was refused; null when all was done.</returns>
    private NetlinkResult? CarryOut(NftablesPlan plan, uint generation)
    {
        var refusal = Send(plan, generation);
        if (_kind == QueueKind.Native && refusal is not null && IsQueueUnknown(refusal))
        {
            _kind = QueueKind.Xtables;
            refusal = Send(plan, generation);
            if (refusal is not null && IsQueueUnknown(refusal))
            {
                const string neither = "the kernel has neither the queue statement of nf_tables nor iptables' NFQUEUE";
                return refusal with { KernelText = neither };
            }
        }

        return refusal is { Errno: LibC.ENOENT, Subject: NftablesChange.AddRule { Rule.Hashes: true } }
            ? refusal with { KernelText = "the kernel has no jhash of nf_tables, by which ports are spread" }
            : refusal;
    }

    private NetlinkResult? Send(NftablesPlan plan, uint generation)
    {
        var batch = new NetlinkBatch();
        NftRequests.Begin(batch, generation);
        plan.Write(batch, _kind);
        NftRequests.End(batch);
        return Array.Find(_socket.SendTransaction(batch), result => !result.IsSuccess);
    }

    /// <summary>ENOENT may mean a set or a chain, too: the kernel says where in the rule it stumbled.</summary>
    private bool IsQueueUnknown(NetlinkResult refusal) =>
        refusal.Errno == LibC.ENOENT
        && refusal.Subject is NftablesChange.AddRule { Rule.Queue: not null } change
        && (refusal.AttributeOffset is not { } offset || offset == NftRequests.LastStepOffset(change.Rule));

    /// <summary>ERESTART: the generation is another by now. ENOBUFS: the answer was lost, reading tells.</summary>
    private static bool IsPassing(int errno) =>
        errno is LibC.ERESTART or LibC.EINTR or LibC.EAGAIN or LibC.EBUSY or LibC.ENOBUFS;
}

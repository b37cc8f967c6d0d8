using Nfqlb.Flows;
using Nfqlb.Linux;
using Nfqlb.Linux.Netlink.Nftables;

namespace Nfqlb.Daemon.FastPath;

/// <summary>The virtual IPs whose packets come to the queues: those of `vip-set`, and those that were typed.</summary>
/// <remarks>One thread at a time.</remarks>
internal sealed class VirtualIps : IDisposable
{
    private readonly VipTable _table = VipTable.Open();
    private readonly IReadOnlyList<Cidr> _typed;
    private uint? _generation;

    /// <param name="typed">Of rules that somebody made by hand.</param>
    public VirtualIps(IReadOnlyList<Cidr> typed)
    {
        _typed = typed;
        Current = typed;
    }

    /// <summary>As they were read last.</summary>
    public IReadOnlyList<Cidr> Current { get; private set; }

    /// <summary>Reads those of `vip-set` anew where any rule of this network namespace has changed.</summary>
    /// <remarks>Those of a table without a rule that passes by what the fast path has decided do not count: it would be
    /// decided, and counted, twice.</remarks>
    /// <returns>True when there are others.</returns>
    /// <exception cref="SystemCallException">The kernel does not say.</exception>
    public bool Refresh()
    {
        if (_table.ReadGeneration() == _generation)
        {
            return false;
        }
        var reading = _table.Read();
        _generation = reading.Generation;
        bool counts = reading.PassesDecided && reading.Queue is not null;
        Cidr[] current = counts ? [.. _typed, .. reading.Vips] : [.. _typed];
        bool isChange = !current.SequenceEqual(Current);
        Current = current;
        return isChange;
    }

    /// <inheritdoc/>
    public void Dispose() => _table.Dispose();
}

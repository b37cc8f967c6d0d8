using Nfqlb.Flows;

namespace Nfqlb.Daemon.Health;

/// <summary>Lays many flows out anew in memory when they have stood still for a while.</summary>
/// <param name="flows">The flows to look at.</param>
internal sealed class FlowWatch(FlowTable flows) : IWatch
{
    /// <summary>Fewer stay in the cache however they lie.</summary>
    public const int Many = 1_000;

    private FlowSet? _seen;
    private Task<bool> _compaction = Task.FromResult(false);

    /// <summary>Also how long they must have stood still.</summary>
    public TimeSpan Period { get; } = TimeSpan.FromSeconds(1);

    /// <inheritdoc/>
    public void Look()
    {
        if (!_compaction.IsCompleted)
        {
            return;
        }
        _compaction.GetAwaiter().GetResult(); // throws what it may have thrown
        var current = flows.Current;
        if (current == _seen && !current.IsCompact && current.Count >= Many)
        {
            _compaction = Task.Run(flows.Compact);
        }
        _seen = current;
    }
}

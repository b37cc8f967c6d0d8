using Nfqlb.Flows;
using Nfqlb.Maglev;
using Nfqlb.Planning.Announce;

namespace Nfqlb.Daemon.Announcing;

/// <summary>How well the pools of a set of flows can take packets, each read anew when a table of it was
/// published.</summary>
internal sealed class PoolStandings
{
    private readonly Dictionary<PoolName, Reading> _readings = [];

    /// <summary>Takes the pools that flows lead to.</summary>
    public PoolStandings(FlowSet flows)
    {
        foreach (var entry in flows.Entries)
        {
            if (entry.Pool is { } pool)
            {
                _readings.TryAdd(pool.Name, new Reading(pool));
            }
        }
    }

    /// <summary>Of a pool; null where no flow leads to it.</summary>
    public PoolStanding? Of(PoolName pool) => _readings.GetValueOrDefault(pool)?.Standing;

    private sealed class Reading(TargetPool pool)
    {
        private PoolSegment? _segment;
        private ulong _generation;
        private PoolStanding _standing;

        public PoolStanding Standing
        {
            get
            {
                var segment = pool.Segment;
                ulong generation = segment.Generation;
                if (segment != _segment || generation != _generation)
                {
                    (_segment, _generation) = (segment, generation);
                    _standing = PoolStanding.Of(segment.ReadContent());
                }
                return _standing;
            }
        }
    }
}

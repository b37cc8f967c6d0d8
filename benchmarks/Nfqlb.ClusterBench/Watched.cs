using System.Diagnostics;
using Nfqlb.Linux.SharedMemory;
using Nfqlb.Maglev;

namespace Nfqlb.ClusterBench;

/// <summary>When what was changed is in force: in the pool's memory, where packets are balanced by it.</summary>
/// <param name="pool">The pool.</param>
internal sealed class Watched(PoolName pool)
{
    private readonly Dictionary<string, (string State, long Since)> _waiting = [];
    private readonly List<double> _latencies = [];
    private ulong _generation;

    /// <summary>In seconds.</summary>
    public IReadOnlyList<double> Latencies => _latencies;

    /// <summary>Changes that are not in force yet.</summary>
    public int Waiting => _waiting.Count;

    /// <summary>Tables that were in force.</summary>
    public int Tables { get; private set; }

    public void Await(string pod, string state) => _waiting[pod] = (state, Stopwatch.GetTimestamp());

    /// <summary>The states of all targets, by name; null before there is a pool.</summary>
    public Dictionary<string, string>? Look()
    {
        if (PoolDirectory.TryOpen(pool) is not { } segment)
        {
            return null;
        }
        var states = new Dictionary<string, string>();
        foreach (var target in segment.ReadContent().Slots)
        {
            if (target is { Name: { } name, State: var state })
            {
                states[name.Text] = PoolWords.Of(state);
            }
        }
        return states;
    }

    /// <summary>Notes what has come into force since.</summary>
    public void Note()
    {
        var segment = PoolDirectory.Open(pool);
        if (segment.Generation == _generation)
        {
            return;
        }
        _generation = segment.Generation;
        Tables++;
        long now = Stopwatch.GetTimestamp();
        var states = Look()!;
        foreach (var (pod, (state, since)) in _waiting.ToList())
        {
            if (states.GetValueOrDefault(pod) == state)
            {
                _latencies.Add(Stopwatch.GetElapsedTime(since, now).TotalSeconds);
                _waiting.Remove(pod);
            }
        }
    }
}

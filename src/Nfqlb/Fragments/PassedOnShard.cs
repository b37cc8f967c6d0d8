using Nfqlb.Packets;

namespace Nfqlb.Fragments;

/// <summary>A part of what is remembered of fragments that were passed on, with a lock of its own.</summary>
internal sealed class PassedOnShard(int capacity, FragmentTableOptions options)
{
    private readonly Lock _lock = new();
    private readonly FragmentEntries _entries = new(capacity, options);

    /// <summary>Whether fragments of a packet stay here. Changes nothing.</summary>
    public bool IsKept(in FragmentKey key, uint hash)
    {
        lock (_lock)
        {
            int at = _entries.Find(key, hash);
            return at != FragmentEntries.None && _entries[at].State == FragmentState.Returned;
        }
    }

    /// <summary>Whether a fragment that belongs to another balancer stays here all the same.</summary>
    /// <param name="fragment">Its place.</param>
    /// <param name="hash">Of its key.</param>
    /// <param name="now">Monotonic time, in nanoseconds.</param>
    /// <param name="outcome">What becomes of it when this returns false.</param>
    public bool TryKeep(in Fragment fragment, uint hash, long now, out FragmentOutcome outcome)
    {
        lock (_lock)
        {
            while (_entries.HasExpired(now))
            {
                _entries.Remove(_entries.Oldest);
            }
            outcome = FragmentOutcome.Poisoned;
            int at = _entries.Find(fragment.Key, hash);
            if (at == FragmentEntries.None)
            {
                if (!fragment.IsConsistent)
                {
                    return false;
                }
                at = Add(fragment, hash, now);
            }
            ref var entry = ref _entries[at];
            if (entry.State == FragmentState.Returned)
            {
                _entries.Renew(at, now);
            }
            else
            {
                outcome = PassOn(at, ref entry, fragment, now);
            }
            return entry.State == FragmentState.Returned;
        }
    }

    private FragmentOutcome PassOn(int at, ref FragmentEntry entry, in Fragment fragment, long now)
    {
        if (entry.State == FragmentState.Poisoned)
        {
            return FragmentOutcome.Poisoned;
        }
        switch (entry.Coverage.Add(fragment))
        {
            case CoverageChange.Added:
                entry.HopLimit = Math.Min(entry.HopLimit, fragment.HopLimit);
                _entries.Renew(at, now);
                return FragmentOutcome.ToOtherBalancer;
            case CoverageChange.Duplicate:
                bool isBack = fragment.HopLimit < entry.HopLimit;
                entry.State = isBack ? FragmentState.Returned : FragmentState.PassedOn;
                return FragmentOutcome.Duplicate;
            default:
                entry.State = FragmentState.Poisoned;
                return FragmentOutcome.Poisoned;
        }
    }

    private int Add(in Fragment fragment, uint hash, long now)
    {
        if (_entries.IsFull)
        {
            _entries.Remove(_entries.Dispensable);
        }
        int at = _entries.Add(fragment.Key, hash, now, out _);
        _entries[at].State = FragmentState.PassedOn;
        _entries[at].HopLimit = fragment.HopLimit;
        return at;
    }
}

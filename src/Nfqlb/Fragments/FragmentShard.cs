using Nfqlb.Packets;

namespace Nfqlb.Fragments;

/// <summary>A part of the fragment table, with a lock of its own: the packets whose first fragment has come.</summary>
/// <remarks>The lock is held for some hundred nanoseconds, and never while a packet is classified or written.</remarks>
internal sealed partial class FragmentShard(int capacity, FragmentTableOptions options, WaitingRoom room)
{
    private readonly Lock _lock = new();
    private readonly FragmentEntries _entries = new(capacity, options);
    private FragmentStatistics _statistics;

    /// <summary>What it holds and has done.</summary>
    public FragmentStatistics ReadStatistics()
    {
        lock (_lock)
        {
            return _statistics with { Entries = _entries.Count };
        }
    }

    /// <summary>Remembers the verdict of a first fragment.</summary>
    /// <param name="fragment">Its place.</param>
    /// <param name="hash">Of its key.</param>
    /// <param name="verdict">For the fragments that follow.</param>
    /// <param name="now">Monotonic time, in nanoseconds.</param>
    /// <param name="released">The fragments that waited for it; the caller's from now on.</param>
    public FragmentOutcome AddFirst(
        in Fragment fragment, uint hash, Verdict verdict, long now, out StoredFragments.Chain released)
    {
        released = default;
        lock (_lock)
        {
            int at = Find(fragment.Key, hash, now);
            if (at != FragmentEntries.None && _entries[at].Coverage.IsComplete)
            {
                // All of that packet has passed: this is the next one with its id.
                _entries.Remove(at);
                at = FragmentEntries.None;
            }
            return at == FragmentEntries.None
                ? Begin(fragment, hash, verdict, now, out released)
                : Cover(at, fragment, now);
        }
    }

    /// <summary>Gives a later fragment its packet's verdict, or keeps it until there is one.</summary>
    /// <param name="fragment">Its place.</param>
    /// <param name="hash">Of its key.</param>
    /// <param name="bytes">From the IP header on; kept only if this is the whole fragment.</param>
    /// <param name="carriedMark">The mark that it came with.</param>
    /// <param name="now">Monotonic time, in nanoseconds.</param>
    /// <param name="verdict">The verdict of the first fragment when passed, else to drop.</param>
    public FragmentOutcome AddLater(
        in Fragment fragment, uint hash, ReadOnlySpan<byte> bytes, uint carriedMark, long now, out Verdict verdict)
    {
        lock (_lock)
        {
            int at = Find(fragment.Key, hash, now);
            if (at == FragmentEntries.None)
            {
                verdict = Verdict.Drop;
                return Wait(fragment, hash, bytes, carriedMark, now);
            }
            var decided = _entries[at].Verdict;
            var outcome = Follow(at, fragment, now);
            verdict = outcome == FragmentOutcome.Passed ? decided : Verdict.Drop;
            return outcome;
        }
    }

    /// <summary>The mark that fragments of a packet came with, before they were stored.</summary>
    /// <param name="key">Of the packet.</param>
    /// <param name="hash">Of the key.</param>
    /// <returns>0 where none was stored.</returns>
    public uint CarriedMarkOf(in FragmentKey key, uint hash)
    {
        lock (_lock)
        {
            int at = _entries.Find(key, hash);
            return at == FragmentEntries.None ? 0 : _entries[at].CarriedMark;
        }
    }

    /// <summary>Forgets what is too old.</summary>
    /// <param name="now">Monotonic time, in nanoseconds.</param>
    public void Expire(long now)
    {
        lock (_lock)
        {
            ForgetOld(now);
        }
    }

    private FragmentOutcome Begin(
        in Fragment first, uint hash, Verdict verdict, long now, out StoredFragments.Chain released)
    {
        var outcome = room.Release(
            first, hash, now, out bool wasWaiting, out uint carriedMark, out released);
        if (outcome == FragmentOutcome.Passed)
        {
            ref var entry = ref _entries[Add(first.Key, hash, now, isNew: !wasWaiting)];
            entry.State = FragmentState.Decided;
            entry.Verdict = verdict;
            entry.CarriedMark = carriedMark;

            // Of this fragment alone: those that waited come back, and have passed only then.
            entry.Coverage.Add(first);
        }
        else if (wasWaiting)
        {
            Poison(first.Key, hash, now);
        }
        return outcome;
    }

    private FragmentOutcome Follow(int at, in Fragment fragment, long now)
    {
        var outcome = Cover(at, fragment, now);
        if (outcome == FragmentOutcome.Passed && _entries[at].Coverage.IsComplete)
        {
            _statistics.Completed++;
            if (options.FreesCompletePackets)
            {
                _entries.Remove(at);
            }
        }
        return outcome;
    }

    /// <summary>No entry is made here for what waits, nor for what no host sends (RFC 8200 §4.5): orphans push out no
    /// packet that was decided.</summary>
    private FragmentOutcome Wait(
        in Fragment fragment, uint hash, ReadOnlySpan<byte> bytes, uint carriedMark, long now)
    {
        var outcome = room.Add(fragment, hash, bytes, carriedMark, now, out bool wasWaiting);
        if (outcome == FragmentOutcome.Poisoned && wasWaiting)
        {
            Poison(fragment.Key, hash, now);
        }
        return outcome;
    }

    private FragmentOutcome Cover(int at, in Fragment fragment, long now)
    {
        ref var entry = ref _entries[at];
        if (entry.State == FragmentState.Poisoned)
        {
            return FragmentOutcome.Poisoned;
        }
        switch (entry.Coverage.Add(fragment))
        {
            case CoverageChange.Added:
                _entries.Renew(at, now);
                return FragmentOutcome.Passed;
            case CoverageChange.Duplicate:
                return FragmentOutcome.Duplicate;
            default:
                entry.State = FragmentState.Poisoned;
                _statistics.Poisoned++;
                return FragmentOutcome.Poisoned;
        }
    }

    /// <summary>Remembers that those of a packet that waited contradicted each other.</summary>
    private void Poison(in FragmentKey key, uint hash, long now)
    {
        _entries[Add(key, hash, now, isNew: false)].State = FragmentState.Poisoned;
        _statistics.Poisoned++;
    }

    private int Find(in FragmentKey key, uint hash, long now)
    {
        ForgetOld(now);
        _statistics.Lookups++;
        return _entries.Find(key, hash);
    }

    /// <summary>Where there is no room, the oldest entry goes, of the source that has most of them if that is more than
    /// its share: most packets are whole within microseconds, so a flood of others pushes out what is no longer needed.
    /// </summary>
    private int Add(in FragmentKey key, uint hash, long now, bool isNew)
    {
        if (_entries.IsFull)
        {
            _entries.Remove(_entries.Dispensable);
            _statistics.GivenUp++;
        }
        int at = _entries.Add(key, hash, now, out bool hasCollided);
        _statistics.Inserts += isNew ? 1 : 0;
        _statistics.Collisions += isNew && hasCollided ? 1 : 0;
        return at;
    }

    private void ForgetOld(long now)
    {
        while (_entries.HasExpired(now))
        {
            _entries.Remove(_entries.Oldest);
            _statistics.Expired++;
        }
    }
}

using Nfqlb.Packets;

namespace Nfqlb.Fragments;

/// <summary>A part of the fragment table, with a lock of its own.</summary>
/// <remarks>The lock is held for some hundred nanoseconds, and never while a packet is classified or written.</remarks>
internal sealed partial class FragmentShard(int capacity, FragmentTableOptions options, StoredFragments stored)
{
    private const long NanosecondsPerMillisecond = 1_000_000;

    private readonly Lock _lock = new();
    private readonly FragmentEntries _entries = new(capacity, options.HashSeed);
    private readonly long _ttl = options.TtlMilliseconds * NanosecondsPerMillisecond;
    private FragmentStatistics _statistics;

    /// <summary>What it holds and has done; not what is stored now, and what came back of it.</summary>
    public FragmentStatistics ReadStatistics()
    {
        lock (_lock)
        {
            return _statistics with { Entries = _entries.Count };
        }
    }

    /// <summary>Remembers the verdict of a first fragment.</summary>
    /// <param name="fragment">Its place.</param>
    /// <param name="verdict">For the fragments that follow.</param>
    /// <param name="now">Monotonic time, in nanoseconds.</param>
    /// <param name="released">The fragments that waited for it; the caller's from now on.</param>
    public FragmentOutcome AddFirst(
        in Fragment fragment, Verdict verdict, long now, out StoredFragments.Chain released)
    {
        released = default;
        lock (_lock)
        {
            int at = Find(fragment.Key, now);
            if (IsAloneInconsistent(at, fragment))
            {
                return FragmentOutcome.Poisoned;
            }
            if (at != FragmentEntries.None && _entries[at].Coverage.IsComplete)
            {
                // All of that packet has passed: this is the next one with its id.
                Remove(at);
                at = FragmentEntries.None;
            }
            ref var entry = ref _entries[at == FragmentEntries.None ? Add(fragment.Key, now) : at];
            var outcome = Cover(ref entry, fragment);
            if (outcome == FragmentOutcome.Passed)
            {
                released = entry.Waiting;
                Decide(ref entry, fragment, verdict);
            }
            return outcome;
        }
    }

    /// <summary>Gives a later fragment its packet's verdict, or keeps it until there is one.</summary>
    /// <param name="fragment">Its place.</param>
    /// <param name="bytes">From the IP header on; kept only if this is the whole fragment.</param>
    /// <param name="now">Monotonic time, in nanoseconds.</param>
    /// <param name="verdict">The verdict of the first fragment when passed, else to drop.</param>
    public FragmentOutcome AddLater(
        in Fragment fragment, ReadOnlySpan<byte> bytes, long now, out Verdict verdict)
    {
        lock (_lock)
        {
            int at = Find(fragment.Key, now);
            if (IsAloneInconsistent(at, fragment))
            {
                verdict = Verdict.Drop;
                return FragmentOutcome.Poisoned;
            }
            bool isWaiting = at == FragmentEntries.None || _entries[at].State == FragmentState.Waiting;
            var decided = isWaiting ? Verdict.Drop : _entries[at].Verdict;
            var outcome = isWaiting ? Wait(at, fragment, bytes, now) : Follow(at, fragment);
            verdict = outcome == FragmentOutcome.Passed ? decided : Verdict.Drop;
            return outcome;
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

    /// <summary>No host sends such a fragment: it goes (RFC 8200 §4.5), and pushes no packet out that others are of.
    /// </summary>
    private static bool IsAloneInconsistent(int at, in Fragment fragment) =>
        at == FragmentEntries.None && !fragment.IsConsistent;

    private static void Decide(ref FragmentEntry entry, in Fragment first, Verdict verdict)
    {
        entry.State = FragmentState.Decided;
        entry.Verdict = verdict;
        entry.Waiting = default;

        // Those that waited come back, and have passed only then.
        entry.Coverage = default;
        entry.Coverage.Add(first);
    }

    private FragmentOutcome Follow(int at, in Fragment fragment)
    {
        ref var entry = ref _entries[at];
        var outcome = Cover(ref entry, fragment);
        if (outcome == FragmentOutcome.Passed && entry.Coverage.IsComplete)
        {
            _statistics.Completed++;
            if (options.FreesCompletePackets)
            {
                Remove(at);
            }
        }
        return outcome;
    }

    /// <summary>No entry is made for what cannot be kept: orphans alone must not push out those that were decided.
    /// </summary>
    private FragmentOutcome Wait(int at, in Fragment fragment, ReadOnlySpan<byte> bytes, long now)
    {
        if (bytes.Length < fragment.PacketBytes || !stored.TryStore(bytes[..fragment.PacketBytes], out int slot))
        {
            _statistics.Discarded++;
            return FragmentOutcome.NotStored;
        }
        ref var entry = ref _entries[at == FragmentEntries.None ? Add(fragment.Key, now) : at];
        var outcome = Cover(ref entry, fragment);
        if (outcome != FragmentOutcome.Passed)
        {
            stored.Free(slot);
            return outcome;
        }
        stored.Append(ref entry.Waiting, slot);
        return FragmentOutcome.Stored;
    }

    private FragmentOutcome Cover(ref FragmentEntry entry, in Fragment fragment)
    {
        if (entry.State == FragmentState.Poisoned)
        {
            return FragmentOutcome.Poisoned;
        }
        switch (entry.Coverage.Add(fragment))
        {
            case CoverageChange.Added:
                return FragmentOutcome.Passed;
            case CoverageChange.Duplicate:
                return FragmentOutcome.Duplicate;
            default:
                entry.State = FragmentState.Poisoned;
                _statistics.Poisoned++;
                Discard(ref entry);
                return FragmentOutcome.Poisoned;
        }
    }

    private int Find(in FragmentKey key, long now)
    {
        ForgetOld(now);
        _statistics.Lookups++;
        return _entries.Find(key);
    }

    /// <summary>Where there is no room, the oldest entry goes: most packets are whole within microseconds, so a flood
    /// of others pushes out what is no longer needed.</summary>
    private int Add(in FragmentKey key, long now)
    {
        if (_entries.IsFull)
        {
            Remove(_entries.Oldest);
            _statistics.GivenUp++;
        }
        int at = _entries.Add(key, out bool hasCollided);
        _entries[at].ExpiresAt = now + _ttl;
        _statistics.Inserts++;
        _statistics.Collisions += hasCollided ? 1 : 0;
        return at;
    }

    private void ForgetOld(long now)
    {
        while (_entries.Oldest != FragmentEntries.None && _entries[_entries.Oldest].ExpiresAt <= now)
        {
            Remove(_entries.Oldest);
            _statistics.Expired++;
        }
    }

    private void Remove(int at)
    {
        Discard(ref _entries[at]);
        _entries.Remove(at);
    }

    private void Discard(ref FragmentEntry entry)
    {
        _statistics.Discarded += entry.Waiting.Count;
        stored.Free(ref entry.Waiting);
    }
}

using Nfqlb.Packets;

namespace Nfqlb.Fragments;

/// <summary>The fragments that came before the first one of their packet, by packet.</summary>
/// <remarks>
/// <para>
/// One for all parts of the table, with a lock of its own, so that any packet may use all of the room. A part asks
/// while it holds its own lock, never the other way round. Where no fragment waits, no first fragment takes this lock.
/// </para>
/// <para>
/// When the room is full, a packet gives way with all its fragments, as it is lost with the first of them: the oldest
/// of the source that holds most, if that is more than its share, else the oldest of all. An orphan is older than what
/// waits in earnest, as nothing ever calls for it.
/// </para>
/// </remarks>
internal sealed partial class WaitingRoom
{
    private readonly Lock _lock = new();
    private readonly FragmentEntries _entries;
    private readonly StoredFragments _stored;
    private FragmentStatistics _statistics;
    private int _packets;

    /// <summary>An empty room.</summary>
    /// <param name="capacity">Fragments at a time; 0 to keep none.</param>
    /// <param name="options">Sizes and times.</param>
    public WaitingRoom(int capacity, FragmentTableOptions options)
    {
        // As many packets as fragments: orphans have a packet each.
        _entries = new FragmentEntries(Math.Max(1, capacity), options);
        _stored = new StoredFragments(capacity, options.MtuBytes);
    }

    /// <summary>True when no packet has fragments here. For any thread; of one packet true for whoever holds the lock
    /// of its part.</summary>
    public bool IsEmpty => Volatile.Read(ref _packets) == 0;

    /// <summary>What it holds and has done. For any thread.</summary>
    public FragmentStatistics ReadStatistics()
    {
        lock (_lock)
        {
            return _statistics with { Entries = _entries.Count, Stored = _stored.Count };
        }
    }

    /// <summary>Keeps a later fragment of a packet whose first one has not come.</summary>
    /// <param name="fragment">Its place.</param>
    /// <param name="hash">Of its key.</param>
    /// <param name="bytes">From the IP header on; kept only if this is the whole fragment.</param>
    /// <param name="carriedMark">The mark that it came with.</param>
    /// <param name="now">Monotonic time, in nanoseconds.</param>
    /// <param name="wasWaiting">True when others of its packet wait, or did until this one contradicted them.</param>
    public FragmentOutcome Add(
        in Fragment fragment, uint hash, ReadOnlySpan<byte> bytes, uint carriedMark, long now, out bool wasWaiting)
    {
        lock (_lock)
        {
            ForgetOld(now);
            int at = _entries.Find(fragment.Key, hash);
            wasWaiting = at != FragmentEntries.None;
            if (!wasWaiting && !fragment.IsConsistent)
            {
                return FragmentOutcome.Poisoned;
            }
            if (bytes.Length < fragment.PacketBytes || !_stored.Fits(fragment.PacketBytes) || !TryMakeRoom(at))
            {
                _statistics.Discarded++;
                return FragmentOutcome.NotStored;
            }
            return Store(at, fragment, hash, bytes[..fragment.PacketBytes], carriedMark, now);
        }
    }

    /// <summary>Hands out what waits for a first fragment.</summary>
    /// <param name="first">Its place.</param>
    /// <param name="hash">Of its key.</param>
    /// <param name="now">Monotonic time, in nanoseconds.</param>
    /// <param name="wasWaiting">True when others of its packet waited.</param>
    /// <param name="carriedMark">The mark that these came with.</param>
    /// <param name="released">These; the caller's from now on.</param>
    /// <returns>Passed, or Poisoned when it contradicts them or itself: then they are gone.</returns>
    public FragmentOutcome Release(
        in Fragment first, uint hash, long now, out bool wasWaiting, out uint carriedMark,
        out StoredFragments.Chain released)
    {
        released = default;
        carriedMark = 0;
        wasWaiting = false;
        if (!IsEmpty)
        {
            lock (_lock)
            {
                ForgetOld(now);
                int at = _entries.Find(first.Key, hash);
                if (at != FragmentEntries.None)
                {
                    wasWaiting = true;
                    carriedMark = _entries[at].CarriedMark;
                    return Release(at, first, out released);
                }
            }
        }
        return first.IsConsistent ? FragmentOutcome.Passed : FragmentOutcome.Poisoned;
    }

    /// <summary>The oldest fragment that was released and not freed; needs no lock.</summary>
    public ReadOnlySpan<byte> First(StoredFragments.Chain released, out StoredFragments.Chain rest) =>
        _stored.First(released, out rest);

    /// <summary>Takes the room of released fragments back.</summary>
    public void Free(StoredFragments.Chain released)
    {
        lock (_lock)
        {
            _stored.Free(ref released);
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

    private FragmentOutcome Store(
        int at, in Fragment fragment, uint hash, ReadOnlySpan<byte> bytes, uint carriedMark, long now)
    {
        bool isNew = at == FragmentEntries.None;
        if (isNew)
        {
            at = _entries.Add(fragment.Key, hash, now, out bool hasCollided);
            Volatile.Write(ref _packets, _entries.Count);
            _statistics.Inserts++;
            _statistics.Collisions += hasCollided ? 1 : 0;
        }
        ref var entry = ref _entries[at];
        switch (entry.Coverage.Add(fragment))
        {
            case CoverageChange.Added:
                _stored.Append(ref entry.Waiting, bytes);
                entry.CarriedMark = carriedMark;
                if (!isNew)
                {
                    _entries.Grow(at);
                    _entries.Renew(at, now);
                }
                return FragmentOutcome.Stored;
            case CoverageChange.Duplicate:
                return FragmentOutcome.Duplicate;
            default:
                Discard(at);
                return FragmentOutcome.Poisoned;
        }
    }

    private FragmentOutcome Release(int at, in Fragment first, out StoredFragments.Chain released)
    {
        released = default;
        ref var entry = ref _entries[at];
        if (entry.Coverage.Add(first) != CoverageChange.Added)
        {
            Discard(at);
            return FragmentOutcome.Poisoned;
        }
        released = entry.Waiting;
        Remove(at);
        return FragmentOutcome.Passed;
    }

    /// <summary>No packet makes room for itself: it would lose what it waits for.</summary>
    private bool TryMakeRoom(int at)
    {
        if (!_stored.IsFull)
        {
            return true;
        }
        if (_entries.Count == 0 || _entries.Dispensable == at)
        {
            return false;
        }
        int dispensable = _entries.Dispensable;
        _statistics.Displaced += _entries[dispensable].Waiting.Count;
        Discard(dispensable);
        return true;
    }

    private void ForgetOld(long now)
    {
        while (_entries.HasExpired(now))
        {
            Discard(_entries.Oldest);
            _statistics.Expired++;
        }
    }

    private void Discard(int at)
    {
        ref var entry = ref _entries[at];
        _statistics.Discarded += entry.Waiting.Count;
        _stored.Free(ref entry.Waiting);
        Remove(at);
    }

    private void Remove(int at)
    {
        _entries.Remove(at);
        Volatile.Write(ref _packets, _entries.Count);
    }
}

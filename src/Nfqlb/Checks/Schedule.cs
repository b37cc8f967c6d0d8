namespace Nfqlb.Checks;

/// <summary>What is due when: each key once. Not thread-safe.</summary>
/// <remarks>A binary heap that knows where each key stands, so that any can be moved or removed in logarithmic
/// time.</remarks>
/// <typeparam name="TKey">What is due.</typeparam>
public sealed class Schedule<TKey>
    where TKey : notnull
{
    private readonly List<(TKey Key, TimeSpan At)> _heap = [];
    private readonly Dictionary<TKey, int> _places = [];

    /// <summary>How many keys wait.</summary>
    public int Count => _heap.Count;

    /// <summary>When the first is due; null when there is none.</summary>
    public TimeSpan? Next => _heap.Count > 0 ? _heap[0].At : null;

    /// <summary>Has a key wait. One that waits already stays at the earlier time.</summary>
    public void Add(TKey key, TimeSpan at)
    {
        if (!_places.TryGetValue(key, out int place))
        {
            _heap.Add((key, at));
            Rise(_heap.Count - 1);
        }
        else if (at < _heap[place].At)
        {
            _heap[place] = (key, at);
            Rise(place);
        }
    }

    /// <summary>Forgets a key; false where it did not wait.</summary>
    public bool Remove(TKey key)
    {
        if (!_places.Remove(key, out int place))
        {
            return false;
        }
        var last = _heap[^1];
        _heap.RemoveAt(_heap.Count - 1);
        if (place < _heap.Count)
        {
            _heap[place] = last;
            Sink(Rise(place));
        }
        return true;
    }

    /// <summary>Takes the first key; false when none is due yet.</summary>
    public bool TryTake(TimeSpan now, out TKey key)
    {
        if (_heap.Count == 0 || _heap[0].At > now)
        {
            key = default!;
            return false;
        }
        key = _heap[0].Key;
        Remove(key);
        return true;
    }

    /// <returns>Where it stands now.</returns>
    private int Rise(int place)
    {
        var entry = _heap[place];
        for (int parent; place > 0 && _heap[parent = (place - 1) / 2].At > entry.At; place = parent)
        {
            Put(_heap[parent], place);
        }
        Put(entry, place);
        return place;
    }

    private void Sink(int place)
    {
        var entry = _heap[place];
        for (int child; (child = 2 * place + 1) < _heap.Count; place = child)
        {
            if (child + 1 < _heap.Count && _heap[child + 1].At < _heap[child].At)
            {
                child++;
            }
            if (_heap[child].At >= entry.At)
            {
                break;
            }
            Put(_heap[child], place);
        }
        Put(entry, place);
    }

    private void Put((TKey Key, TimeSpan At) entry, int place)
    {
        _heap[place] = entry;
        _places[entry.Key] = place;
    }
}

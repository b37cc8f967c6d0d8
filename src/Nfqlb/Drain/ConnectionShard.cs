using System.Numerics;
using Nfqlb.Ages;
using Nfqlb.Packets;

namespace Nfqlb.Drain;

/// <summary>A part of the connection table, with a lock of its own that is held for some ten nanoseconds.</summary>
/// <remarks>
/// Connections are of two kinds, each in a list from the oldest to the newest: dispensable ones, of which only the
/// opening was seen, or that have ended; and established ones. Where there is no room a dispensable one gives way, and
/// established ones have but three quarters of the room. So whoever sends openings alone pushes out openings alone.
/// </remarks>
internal sealed class ConnectionShard
{
    private readonly Lock _lock = new();
    private readonly Connection[] _connections;
    private readonly int[] _next;

    /// <summary>One more than the first connection of a chain, so that memory which nobody has used yet says none.
    /// </summary>
    private readonly int[] _heads;

    private readonly AgeLinks _links;
    private readonly int _mostEstablished;
    private AgeLinks.List _dispensable = AgeLinks.List.Empty;
    private AgeLinks.List _established = AgeLinks.List.Empty;
    private int _establishedCount;
    private int _used;
    private int _free = AgeLinks.None;
    private ConnectionStatistics _statistics;

    public ConnectionShard(int capacity)
    {
        _connections = new Connection[capacity];
        _next = new int[capacity];
        _heads = new int[BitOperations.RoundUpToPowerOf2((uint)capacity)];
        _links = new AgeLinks(capacity);
        _mostEstablished = Math.Max(1, capacity - (capacity + 3) / 4);
    }

    public ConnectionStatistics ReadStatistics()
    {
        lock (_lock)
        {
            return _statistics;
        }
    }

    /// <summary>Finds a connection, and learns from the packet at hand how far it is.</summary>
    public bool TryFind(in ConnectionKey key, uint hash, ConnectionStage stage, out KeptTarget target)
    {
        lock (_lock)
        {
            int at = Find(key, hash);
            if (at == AgeLinks.None)
            {
                target = default;
                return false;
            }
            target = _connections[at].Target;
            if (stage != ConnectionStage.Opens && _connections[at].IsEstablished != (stage == ConnectionStage.Open))
            {
                Learn(at, isEstablished: stage == ConnectionStage.Open);
            }
            return true;
        }
    }

    /// <summary>Remembers where a connection is opened.</summary>
    public void Remember(in ConnectionKey key, uint hash, in KeptTarget target, bool isEstablished = false)
    {
        lock (_lock)
        {
            int at = Find(key, hash);
            if (at != AgeLinks.None)
            {
                Remove(at);
            }
            at = Take();
            ref var connection = ref _connections[at];
            (connection.Key, connection.Hash, connection.Target) = (key, hash, target);
            connection.IsEstablished = false;
            ref int head = ref Head(hash);
            _next[at] = head - 1;
            head = at + 1;
            _links.Append(ref _dispensable, at);
            _statistics.Connections++;
            _statistics.Remembered++;
            if (isEstablished)
            {
                Learn(at, isEstablished: true);
            }
        }
    }

    /// <summary>A connection is at the target that those have of which nothing is known.</summary>
    public void Forget(in ConnectionKey key, uint hash)
    {
        lock (_lock)
        {
            int at = Find(key, hash);
            if (at != AgeLinks.None)
            {
                Remove(at);
            }
        }
    }

    /// <summary>Forgets what was opened before a time.</summary>
    public void ForgetOlder(long than)
    {
        lock (_lock)
        {
            ForgetOlder(ref _dispensable, than);
            ForgetOlder(ref _established, than);
        }
    }

    /// <summary>All that it knows, the oldest of a kind first.</summary>
    public List<(ConnectionKey Key, KeptTarget Target, bool IsEstablished)> ReadAll()
    {
        lock (_lock)
        {
            var all = new List<(ConnectionKey, KeptTarget, bool)>(_statistics.Connections);
            foreach (var list in (AgeLinks.List[])[_dispensable, _established])
            {
                for (int at = list.Oldest; at != AgeLinks.None; at = _links.Newer(at))
                {
                    all.Add((_connections[at].Key, _connections[at].Target, _connections[at].IsEstablished));
                }
            }
            return all;
        }
    }

    /// <summary>Counts on from what another balancer has counted.</summary>
    public void Carry(in ConnectionStatistics statistics)
    {
        lock (_lock)
        {
            _statistics.Remembered += statistics.Remembered;
            _statistics.Evicted += statistics.Evicted;
        }
    }

    private void ForgetOlder(ref AgeLinks.List list, long than)
    {
        while (list.Oldest != AgeLinks.None && _connections[list.Oldest].Target.Since < than)
        {
            Remove(list.Oldest);
        }
    }

    private int Find(in ConnectionKey key, uint hash)
    {
        int at = Head(hash) - 1;
        while (at != AgeLinks.None && (_connections[at].Hash != hash || _connections[at].Key != key))
        {
            at = _next[at];
        }
        return at;
    }

    private void Learn(int at, bool isEstablished)
    {
        _links.Remove(ref ListOf(at), at);
        _connections[at].IsEstablished = isEstablished;
        _establishedCount += isEstablished ? 1 : -1;
        _links.Append(ref ListOf(at), at);
        if (_establishedCount > _mostEstablished)
        {
            Evict(_established.Oldest);
        }
    }

    /// <summary>A place that nobody has.</summary>
    private int Take()
    {
        if (_free == AgeLinks.None && _used < _connections.Length)
        {
            return _used++;
        }
        if (_free == AgeLinks.None)
        {
            Evict(_dispensable.Oldest != AgeLinks.None ? _dispensable.Oldest : _established.Oldest);
        }
        int at = _free;
        _free = _next[at];
        return at;
    }

    private void Evict(int at)
    {
        Remove(at);
        _statistics.Evicted++;
    }

    private void Remove(int at)
    {
        ref int head = ref Head(_connections[at].Hash);
        if (head - 1 == at)
        {
            head = _next[at] + 1;
        }
        else
        {
            int before = head - 1;
            while (_next[before] != at)
            {
                before = _next[before];
            }
            _next[before] = _next[at];
        }
        _links.Remove(ref ListOf(at), at);
        _establishedCount -= _connections[at].IsEstablished ? 1 : 0;
        _next[at] = _free;
        _free = at;
        _statistics.Connections--;
    }

    private ref AgeLinks.List ListOf(int at)
    {
        if (_connections[at].IsEstablished)
        {
            return ref _established;
        }
        return ref _dispensable;
    }

    private ref int Head(uint hash) => ref _heads[hash & (uint)(_heads.Length - 1)];

    private struct Connection
    {
        public ConnectionKey Key;
        public KeptTarget Target;
        public uint Hash;
        public bool IsEstablished;
    }
}

using Nfqlb.Packets;

namespace Nfqlb.Drain;

/// <summary>Connections that were opened while the entries they belong to drained, and where.</summary>
/// <remarks>One for all pools and workers: the packets of a connection may come by several queues. Its parts have locks
/// of their own, which only packets of moved entries take. 100 bytes a connection, taken at first use.</remarks>
public sealed class ConnectionTable
{
    private const int MostShards = 8;
    private const int FewestConnectionsInShard = 64;

    private readonly ConnectionShard[] _shards;
    private int _pools;

    /// <summary>An empty table.</summary>
    /// <param name="options">Sizes and times.</param>
    public ConnectionTable(DrainOptions options)
    {
        Options = options;
        int shards = Math.Clamp(options.Connections / FewestConnectionsInShard, 1, MostShards);
        _shards = new ConnectionShard[shards];
        for (int shard = 0; shard < shards; shard++)
        {
            _shards[shard] = new ConnectionShard(options.Connections * (shard + 1) / shards
                - options.Connections * shard / shards);
        }
    }

    /// <summary>Sizes and times.</summary>
    public DrainOptions Options { get; }

    /// <summary>A number for a pool, by which its connections are told from those of others.</summary>
    public int NumberPool() => Interlocked.Increment(ref _pools);

    /// <summary>Finds where a connection was opened, and learns from the packet at hand how far it is.</summary>
    /// <param name="connection">Which.</param>
    /// <param name="stage">What the packet says.</param>
    /// <param name="target">Not valid when this returns false.</param>
    public bool TryFind(in ConnectionKey connection, ConnectionStage stage, out KeptTarget target)
    {
        uint hash = HashOf(connection);
        return ShardOf(hash).TryFind(connection, hash, stage, out target);
    }

    /// <summary>Remembers where a connection is opened.</summary>
    public void Remember(in ConnectionKey connection, in KeptTarget target)
    {
        uint hash = HashOf(connection);
        ShardOf(hash).Remember(connection, hash, target);
    }

    /// <summary>Forgets a connection.</summary>
    public void Forget(in ConnectionKey connection)
    {
        uint hash = HashOf(connection);
        ShardOf(hash).Forget(connection, hash);
    }

    /// <summary>Forgets all connections that were opened before a time: no entry has drained since.</summary>
    /// <param name="than">Monotonic time, in nanoseconds.</param>
    public void ForgetOlder(long than)
    {
        foreach (var shard in _shards)
        {
            shard.ForgetOlder(than);
        }
    }

    /// <summary>What it holds and has done. For any thread.</summary>
    public ConnectionStatistics ReadStatistics()
    {
        var sum = default(ConnectionStatistics);
        foreach (var shard in _shards)
        {
            sum += shard.ReadStatistics();
        }
        return sum;
    }

    /// <summary>All that it knows, the oldest of a kind first within a part.</summary>
    internal IEnumerable<(ConnectionKey Key, KeptTarget Target, bool IsEstablished)> ReadAll() =>
        _shards.SelectMany(shard => shard.ReadAll());

    /// <summary>Goes on with what another balancer knew of a connection.</summary>
    internal void Carry(in ConnectionKey connection, in KeptTarget target, bool isEstablished)
    {
        uint hash = HashOf(connection);
        ShardOf(hash).Remember(connection, hash, target, isEstablished);
    }

    /// <summary>Counts on from what another balancer has counted; what it remembered is counted there.</summary>
    internal void Carry(in ConnectionStatistics statistics) => _shards[0].Carry(
        statistics with { Remembered = statistics.Remembered - ReadStatistics().Remembered });

    private uint HashOf(in ConnectionKey connection) => KeyedHash.OfTuple(Options.Seed, connection.Packet);

    /// <summary>By other bits of the hash than those that spread connections within a part.</summary>
    private ConnectionShard ShardOf(uint hash) => _shards[(int)((ulong)hash * (uint)_shards.Length >> 32)];
}

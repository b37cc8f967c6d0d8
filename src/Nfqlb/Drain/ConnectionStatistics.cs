namespace Nfqlb.Drain;

/// <summary>What a connection table holds and has done.</summary>
public record struct ConnectionStatistics
{
    /// <summary>Connections that it holds now.</summary>
    public int Connections { get; set; }

    /// <summary>Openings that it was told of.</summary>
    public long Remembered { get; set; }

    /// <summary>Connections that gave way because there was no room.</summary>
    public long Evicted { get; set; }

    /// <summary>Both together.</summary>
    public static ConnectionStatistics operator +(in ConnectionStatistics one, in ConnectionStatistics other) => new()
    {
        Connections = one.Connections + other.Connections,
        Remembered = one.Remembered + other.Remembered,
        Evicted = one.Evicted + other.Evicted,
    };
}

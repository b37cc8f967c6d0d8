namespace Nfqlb.Daemon.Metrics;

/// <summary>What a metric's numbers mean to Prometheus.</summary>
internal enum MetricType
{
    /// <summary>Only grows, but for a restart.</summary>
    Counter,

    /// <summary>Goes up and down.</summary>
    Gauge,

    /// <summary>Counts by classes, each of which has those below it in it.</summary>
    Histogram,

    /// <summary>How many, and their sum.</summary>
    Summary,
}

namespace Nfqlb.Daemon.Metrics;

/// <summary>All that is measured under one name.</summary>
/// <param name="Name">Begins with `nfqlb_`, or with `process_` where all programs have it; in base units; a counter's
/// ends with `_total`.</param>
/// <param name="Type">What its numbers mean.</param>
/// <param name="Help">In a sentence.</param>
/// <param name="Collect">Adds a sample for each set of labels, always in the same order.</param>
internal sealed record MetricFamily(string Name, MetricType Type, string Help, Action<MetricSamples> Collect)
{
    public static MetricFamily Counter(string name, string help, Action<MetricSamples> collect) =>
        new(name, MetricType.Counter, help, collect);

    public static MetricFamily Gauge(string name, string help, Action<MetricSamples> collect) =>
        new(name, MetricType.Gauge, help, collect);
}

using Nfqlb.Daemon.Metrics;

namespace Nfqlb.Daemon.Tests.Metrics;

/// <summary>The text format 0.0.4, to the letter.</summary>
public class ExpositionTests
{
    [Fact]
    public void Families_are_written_in_their_order_with_what_they_mean() => Assert.Equal(
        """
        # HELP a_total What \\ is\ncounted.
        # TYPE a_total counter
        a_total 0
        a_total{x="1"} 9223372036854775807
        a_total{x="1",y="2"} -1
        # HELP b_seconds Time.
        # TYPE b_seconds gauge
        b_seconds 1.5
        # HELP c Nothing yet.
        # TYPE c gauge

        """,
        Exposition.Of(
        [
            MetricFamily.Counter("a_total", "What \\ is\ncounted.", samples =>
            {
                samples.Add(0);
                samples.Add(long.MaxValue, new Label("x", "1"));
                samples.Add(-1, new Label("x", "1"), new Label("y", "2"));
            }),
            MetricFamily.Gauge("b_seconds", "Time.", samples => samples.Add(TimeSpan.FromMilliseconds(1500))),
            MetricFamily.Gauge("c", "Nothing yet.", _ => { }),
        ]));

    [Theory]
    [InlineData("plain", "plain")]
    [InlineData("", "")]
    [InlineData("\"", "\\\"")]
    [InlineData("\\", @"\\")]
    [InlineData("\n", @"\n")]
    [InlineData("{a=\"b\\c\nd\"}", "{a=\\\"b\\\\c\\nd\\\"}")]
    [InlineData("tab\tand ünicode", "tab\tand ünicode")]
    public void Label_values_are_escaped(string value, string expected) => Assert.Contains(
        $"m{{l=\"{expected}\"}} 1\n",
        Exposition.Of([MetricFamily.Gauge("m", "M.", samples => samples.Add(1, new Label("l", value)))]));

    [Fact]
    public void A_histogram_counts_upwards() => Assert.Equal(
        """
        # HELP h Sizes.
        # TYPE h histogram
        h_bucket{q="0",le="1"} 3
        h_bucket{q="0",le="2"} 3
        h_bucket{q="0",le="4"} 8
        h_bucket{q="0",le="+Inf"} 8
        h_sum{q="0"} 21
        h_count{q="0"} 8

        """,
        Exposition.Of(
        [
            new MetricFamily("h", MetricType.Histogram, "Sizes.",
                samples => samples.AddHistogram([3, 0, 5], [1, 2, 4], 21, new Label("q", "0"))),
        ]));

    [Fact]
    public void A_summary_has_count_and_sum() => Assert.EndsWith(
        "# TYPE s summary\ns_sum{k=\"v\"} 0.25\ns_count{k=\"v\"} 2\n",
        Exposition.Of(
        [
            new MetricFamily("s", MetricType.Summary, "Durations.",
                samples => samples.AddSummary(2, TimeSpan.FromMilliseconds(250), new Label("k", "v"))),
        ]));
}

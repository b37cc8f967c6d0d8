using Nfqlb.Daemon.Metrics;
using Nfqlb.Flows;
using Nfqlb.Packets;
using Nfqlb.Planning.Objects;

namespace Nfqlb.Daemon.Tests.Metrics;

/// <summary>Series are bounded, and what is beyond is told.</summary>
public class AnnouncementMetricsTests
{
    [Theory]
    [InlineData(1, 1, 0)]
    [InlineData(1000, 1000, 0)]
    [InlineData(1003, 1000, 3)]
    public void Addresses_without_a_series_are_counted(int addresses, int series, int beyond)
    {
        VipAnnouncement[] all = [.. Enumerable.Range(0, addresses).Select(i => new VipAnnouncement(
            Cidr.Of(Address.FromIpv4(0x0a00_0000 + (uint)i), 128), IsAnnounced: true, Since: "now", Reason: null))];
        string[] lines = Exposition.Of(AnnouncementMetrics.Of(all)).Split('\n');
        Assert.Equal(series, lines.Count(line => line.StartsWith("nfqlb_vip_announced{", StringComparison.Ordinal)));
        Assert.Contains($"nfqlb_vips_without_series {beyond}", lines);
    }

    [Fact]
    public void Where_nothing_is_announced_there_is_no_family() => Assert.Empty(AnnouncementMetrics.Of([]));
}

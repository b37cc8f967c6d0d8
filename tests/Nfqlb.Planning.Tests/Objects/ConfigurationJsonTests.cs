using System.Text.Json;
using Nfqlb.Flows;
using Nfqlb.Planning.Model;
using Nfqlb.Planning.Objects;

namespace Nfqlb.Planning.Tests.Objects;

/// <summary>What a balancer says of its files, from one process to another.</summary>
public class ConfigurationJsonTests
{
    private const string Whole = """
        {
          "source": "lb.yaml",
          "in_force_since": "2026-01-02 03:04:05Z",
          "complaints": [
            "lb.yaml:3: vips[0]: [x] not an address"
          ],
          "complained_since": "2026-01-02 03:05:00Z",
          "refused": [],
          "contested": [],
          "sources": [
            {
              "name": "kubernetes web/shop",
              "targets": 12,
              "age_seconds": 1.235,
              "problem": null
            },
            {
              "name": "kubernetes web/new",
              "targets": 0,
              "problem": "connection refused"
            }
          ],
          "left_out": [
            "pod a: no address"
          ],
          "announcements": [
            {
              "vip": "203.0.113.10/32",
              "is_announced": false,
              "since": "2026-01-02 03:04:05Z",
              "reason": "pool web has no targets"
            },
            {
              "vip": "2001:db8::/64",
              "is_announced": true,
              "since": "2026-01-02 03:04:06Z",
              "reason": null
            }
          ]
        }

        """;

    private static ConfigurationState State { get; } = new("lb.yaml")
    {
        InForceSince = "2026-01-02 03:04:05Z",
        Complaints = ["lb.yaml:3: vips[0]: [x] not an address"],
        ComplainedSince = "2026-01-02 03:05:00Z",
        Sources =
        [
            new SourceState("kubernetes web/shop") { Targets = 12, Age = TimeSpan.FromSeconds(1.23456) },
            new SourceState("kubernetes web/new") { Problem = "connection refused" },
        ],
        LeftOut = ["pod a: no address"],
        Announcements =
        [
            new VipAnnouncement(
                Block("203.0.113.10"), false, "2026-01-02 03:04:05Z", "pool web has no targets"),
            new VipAnnouncement(Block("2001:db8::/64"), true, "2026-01-02 03:04:06Z", null),
        ],
    };

    [Fact]
    public void It_is_written_to_the_byte() => Assert.Equal(Whole, ConfigurationJson.Of(State));

    [Fact]
    public void What_was_written_is_read_as_what_it_was()
    {
        var read = ConfigurationJson.Read(Whole);

        Assert.Equal(State.Source, read.Source);
        Assert.Equal(State.Announcements.AsEnumerable(), read.Announcements);
        Assert.Equal(TimeSpan.FromMilliseconds(1235), read.Sources[0].Age);
        Assert.Equal(State.Sources[1], read.Sources[1]);
        Assert.Equal(Whole, ConfigurationJson.Of(read));
    }

    [Fact]
    public void An_older_balancer_says_nothing_of_sources_and_announcements()
    {
        var read = ConfigurationJson.Read("""{"source": "a", "complaints": [], "refused": ["r"], "contested": []}""");

        Assert.Equal(["r"], read.Refused.AsEnumerable());
        Assert.Empty(read.Sources);
        Assert.Empty(read.LeftOut);
        Assert.Empty(read.Announcements);
    }

    [Theory]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("""{"source": "a"}""")]
    [InlineData("""{"source": null, "complaints": []}""")]
    public void What_is_none_is_refused(string json) =>
        Assert.Throws<JsonException>(() => ConfigurationJson.Read(json));

    [Fact]
    public void What_is_damaged_is_refused()
    {
        foreach (string damaged in new[]
        {
            Whole.Replace("203.0.113.10/32", "203.0.113.10/33"),
            Whole.Replace("\"kubernetes web/shop\"", "null"),
            Whole.Replace("\"refused\": []", "\"refused\": [1]"),
            Whole.Replace("\"is_announced\": true,", ""),
        })
        {
            Assert.NotEqual(Whole, damaged);
            Assert.Throws<JsonException>(() => ConfigurationJson.Read(damaged));
        }
    }

    private static Cidr Block(string text) =>
        DesiredVip.TryParsePrefix(text, out var block, out string reason)
            ? block
            : throw new ArgumentException(reason, nameof(text));
}

using System.Text.Json;
using Nfqlb.Cli.Health;
using Nfqlb.Planning.Status;

namespace Nfqlb.Cli.Tests.Health;

public class HealthReportTests
{
    [Fact]
    public void A_remedy_of_many_is_said_once_and_many_of_a_kind_are_cut_short()
    {
        Finding[] findings =
        [
            Finding.Ok("process", "answers"),
            .. Enumerable.Range(0, 7).Select(i => Finding.Bad("targets", $"target {i}", "mend it")),
            Finding.Warn("sysctls", "odd", "mend that"),
        ];
        var report = new HealthReport(findings);
        Assert.False(report.IsFine);
        Assert.Equal(
            """
            ok    process    answers
            bad   targets    target 0
            bad   targets    target 1
            bad   targets    target 2
            bad   targets    target 3
            bad   targets    target 4
                             -> mend it
                             and 2 more
            warn  sysctls    odd
                             -> mend that

            7 bad, 1 to look at
            """,
            string.Join('\n', report.Lines()));
        using var json = JsonDocument.Parse(report.ToJson());
        Assert.False(json.RootElement.GetProperty("is_fine").GetBoolean());
        Assert.Equal(findings.Length, json.RootElement.GetProperty("findings").GetArrayLength());
    }

    [Fact]
    public void What_is_only_to_be_looked_at_is_fine()
    {
        Assert.True(new HealthReport([Finding.Warn("a", "b")]).IsFine);
        Assert.Equal("All is well", new HealthReport([Finding.Ok("a", "b")]).Lines().Last());
    }

    [Fact]
    public void What_was_not_checked_is_not_called_well() => Assert.Equal(
        "All is well, but for the hints",
        new HealthReport([Finding.Ok("a", "b"), Finding.Open("a", "not checked: c")]).Lines().Last());

    [Fact]
    public void A_hint_is_shown_and_all_is_well()
    {
        var report = new HealthReport([Finding.Ok("links", "fine"), Finding.Hint("links", "slow", "faster")]);
        Assert.True(report.IsFine);
        Assert.Equal(
            """
            ok    links      fine
            hint  links      slow
                             -> faster

            All is well
            """,
            string.Join('\n', report.Lines()));
        Assert.Contains("\"hint\"", report.ToJson(), StringComparison.Ordinal);
    }
}

using Nfqlb.Checks;
using Nfqlb.Maglev;
using Nfqlb.Tests.Support;

namespace Nfqlb.Tests.Checks;

/// <summary>Rows of results and of what they make of a target: + passed, - failed, t timed out, ? inconclusive; then
/// G good, B bad, u unknown.</summary>
public class JudgeTests
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    [Theory]
    [InlineData("+", "G")]
    [InlineData("-", "B")]
    [InlineData("t", "B")]
    [InlineData("?????", "uuuuu")]
    [InlineData("?+", "uG")]
    [InlineData("+--+--", "GGGGGG")]
    [InlineData("+---", "GGGB")]
    [InlineData("+-t-", "GGGB")]
    [InlineData("+-?-?-", "GGGGGB")]
    [InlineData("-++", "BBG")]
    [InlineData("-+-+-++", "BBBBBBG")]
    [InlineData("-+?+", "BBBG")]
    public void Rise_is_two_and_fall_is_three(string results, string verdicts) =>
        Assert.Equal(verdicts, Play(results, new CheckRules(Interval, Rise: 2, Fall: 3)));

    [Fact]
    public void With_one_each_every_result_decides_until_it_flaps() =>
        // The second fall, the fourth result, waits 5 s.
        Assert.Equal("GBGBBBBBG", Play("+-+-+++++", new CheckRules(Interval, Rise: 1, Fall: 1)));

    [Theory]
    [InlineData(0, 0)]
    [InlineData(1, 0)]
    [InlineData(2, 5)]
    [InlineData(3, 10)]
    [InlineData(4, 20)]
    [InlineData(7, 160)]
    [InlineData(8, 300)]
    [InlineData(int.MaxValue, 300)]
    public void Each_fall_doubles_the_wait(int falls, int seconds) =>
        Assert.Equal(TimeSpan.FromSeconds(seconds), Judge.HoldAfter(falls));

    [Fact]
    public void Falls_are_forgiven_while_all_is_quiet()
    {
        var rules = new CheckRules(Interval, Rise: 1, Fall: 1);
        var judgement = new Judgement(TargetHealth.Good) { Falls = 2 };

        // One after 10 s, in which there are ten intervals; the other after 10 s more, as long as its next wait.
        Assert.Equal(2, Judge.Next(judgement, CheckOutcome.Passed, TimeSpan.FromSeconds(9.9), rules).Falls);
        Assert.Equal(1, Judge.Next(judgement, CheckOutcome.Passed, TimeSpan.FromSeconds(10), rules).Falls);
        Assert.Equal(0, Judge.Next(judgement, CheckOutcome.Passed, TimeSpan.FromSeconds(20), rules).Falls);

        // An interval of a minute makes ten minutes of it.
        rules = rules with { Interval = TimeSpan.FromMinutes(1) };
        Assert.Equal(2, Judge.Next(judgement, CheckOutcome.Passed, TimeSpan.FromSeconds(599), rules).Falls);
        Assert.Equal(1, Judge.Next(judgement, CheckOutcome.Passed, TimeSpan.FromSeconds(600), rules).Falls);
    }

    [Fact]
    public void What_was_known_before_a_restart_takes_as_many_results_as_ever()
    {
        var rules = new CheckRules(Interval, Rise: 2, Fall: 2);
        var good = Judge.Next(new Judgement(TargetHealth.Good), CheckOutcome.Failed, Interval, rules);
        Assert.Equal((TargetHealth.Good, 1), (good.Health, good.Against));
        var bad = Judge.Next(new Judgement(TargetHealth.Bad), CheckOutcome.Passed, Interval, rules);
        Assert.Equal((TargetHealth.Bad, 1), (bad.Health, bad.Against));
    }

    [Fact]
    public void It_judges_as_one_does_who_reads_the_whole_record_each_time() => Seeded.Run(random =>
    {
        for (int round = 0; round < 200; round++)
        {
            var rules = new CheckRules(
                TimeSpan.FromMilliseconds(random.Next(100, 3000)), random.Next(1, 5), random.Next(1, 5));
            var record = new List<(CheckOutcome Outcome, TimeSpan Time)>();
            var judgement = default(Judgement);
            var now = TimeSpan.Zero;
            int bias = random.Next(1, 10);
            for (int i = 0; i < 200; i++)
            {
                now += rules.Delay(random.NextDouble());
                var outcome = random.Next(10) < bias ? CheckOutcome.Passed : (CheckOutcome)random.Next(1, 4);
                var before = judgement;
                judgement = Judge.Next(before, outcome, now, rules);
                record.Add((outcome, now));

                Assert.InRange(judgement.Against, 0, Math.Max(rules.Rise, rules.Fall));
                Assert.Equal(Reread(before, record, rules), judgement.Health);
                Assert.True(judgement.Health == before.Health || judgement.Since == now);
            }
        }
    });

    [Fact]
    public void Delays_are_an_interval_within_ten_per_cent()
    {
        var rules = new CheckRules(Interval, 1, 1);
        Assert.Equal(Interval * 0.9, rules.Delay(0));
        Assert.Equal(Interval, rules.Delay(0.5));
        Assert.Equal(Interval * 1.1, rules.Delay(1));
    }

    /// <summary>By the last so many results that count, and by how long it must wait.</summary>
    private static TargetHealth Reread(
        Judgement before, List<(CheckOutcome Outcome, TimeSpan Time)> record, CheckRules rules)
    {
        var counted = record.Where(entry => entry.Outcome != CheckOutcome.Inconclusive).ToList();
        if (record[^1].Outcome == CheckOutcome.Inconclusive)
        {
            return before.Health;
        }
        if (counted.Count == 1)
        {
            return counted[0].Outcome == CheckOutcome.Passed ? TargetHealth.Good : TargetHealth.Bad;
        }
        bool isGood = before.Health == TargetHealth.Good;
        int needed = isGood ? rules.Fall : rules.Rise;
        int since = counted.Count(entry => entry.Time > before.Since);
        bool isEnough = since >= needed
            && counted.TakeLast(needed).All(entry => (entry.Outcome == CheckOutcome.Passed) != isGood)
            && (isGood || record[^1].Time >= before.HeldUntil);
        return isEnough == isGood ? TargetHealth.Bad : TargetHealth.Good;
    }

    private static string Play(string results, CheckRules rules)
    {
        var judgement = default(Judgement);
        var now = TimeSpan.Zero;
        string verdicts = "";
        foreach (char result in results)
        {
            now += Interval;
            var outcome = result switch
            {
                '+' => CheckOutcome.Passed,
                '-' => CheckOutcome.Failed,
                't' => CheckOutcome.TimedOut,
                _ => CheckOutcome.Inconclusive,
            };
            judgement = Judge.Next(judgement, outcome, now, rules);
            verdicts += "uGB"[(int)judgement.Health];
        }
        return verdicts;
    }
}

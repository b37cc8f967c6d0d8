using Nfqlb.Planning.Announce;

namespace Nfqlb.Planning.Tests.Announce;

/// <summary>Away at once, back after a while.</summary>
public class VipStandingTests
{
    private const string Reason = "no target";

    [Fact]
    public void What_can_be_served_at_first_is_announced_at_once()
    {
        Assert.True(VipStanding.First(null, At(0)).IsAnnounced);
        var not = VipStanding.First(Reason, At(0));
        Assert.Equal((false, Reason), (not.IsAnnounced, not.Reason));
    }

    [Fact]
    public void It_goes_at_once_and_is_back_when_it_could_be_served_for_a_second()
    {
        var standing = VipStanding.First(null, At(0)).Next(Reason, At(5));
        Assert.Equal((false, Reason, At(5)), (standing.IsAnnounced, standing.Reason, standing.Since));

        standing = standing.Next(null, At(6)).Next(null, At(6.9));
        Assert.False(standing.IsAnnounced);
        Assert.Equal("it can be served, but not yet for 1 s", standing.Reason);

        // Each interruption begins the second anew.
        standing = standing.Next(Reason, At(6.95)).Next(null, At(7)).Next(null, At(7.9));
        Assert.False(standing.IsAnnounced);
        standing = standing.Next(null, At(8));
        Assert.Equal((true, null, At(8)), (standing.IsAnnounced, standing.Reason, standing.Since));
    }

    [Fact]
    public void What_does_not_last_waits_twice_as_long_up_to_a_minute_and_what_has_lasted_a_second_again()
    {
        var standing = VipStanding.First(null, At(0));
        double now = 0;
        foreach (int hold in (int[])[1, 2, 4, 8, 16, 32, 60, 60])
        {
            now++;
            standing = standing.Next(Reason, At(now));
            Assert.Equal(hold, SecondsUntilBack(ref standing, ref now));
        }
        now += 60;
        standing = standing.Next(Reason, At(now));
        Assert.Equal(1, SecondsUntilBack(ref standing, ref now));
    }

    private static int SecondsUntilBack(ref VipStanding standing, ref double now)
    {
        standing = standing.Next(null, At(now));
        for (int seconds = 0; seconds <= 100; seconds++)
        {
            if (standing.IsAnnounced)
            {
                return seconds;
            }
            standing = standing.Next(null, At(++now));
        }
        return -1;
    }

    private static TimeSpan At(double seconds) => TimeSpan.FromSeconds(seconds);
}

using Nfqlb.Checks;
using Nfqlb.Tests.Support;

namespace Nfqlb.Tests.Checks;

public class ScheduleTests
{
    [Fact]
    public void The_first_that_is_due_comes_first_and_none_before_its_time()
    {
        var schedule = new Schedule<string>();
        schedule.Add("late", At(3));
        schedule.Add("soon", At(1));
        Assert.Equal(At(1), schedule.Next);
        Assert.False(schedule.TryTake(At(0), out _));
        Assert.True(schedule.TryTake(At(1), out string first));
        Assert.Equal("soon", first);
        Assert.False(schedule.TryTake(At(2), out _));
        Assert.True(schedule.TryTake(At(9), out string second));
        Assert.Equal("late", second);
        Assert.Null(schedule.Next);
    }

    [Fact]
    public void One_that_waits_already_stays_at_the_earlier_time()
    {
        var schedule = new Schedule<string>();
        schedule.Add("a", At(2));
        schedule.Add("a", At(5));
        Assert.Equal(At(2), schedule.Next);
        schedule.Add("a", At(1));
        Assert.Equal(At(1), schedule.Next);
        Assert.Equal(1, schedule.Count);
    }

    [Fact]
    public void It_does_what_a_sorted_list_does() => Seeded.Run(random =>
    {
        var schedule = new Schedule<int>();
        var oracle = new Dictionary<int, TimeSpan>();
        for (int step = 0; step < 50_000; step++)
        {
            int key = random.Next(200);
            var time = At(random.Next(1000));
            switch (random.Next(4))
            {
                case 0 or 1:
                    schedule.Add(key, time);
                    oracle[key] = oracle.TryGetValue(key, out var there) && there < time ? there : time;
                    break;
                case 2:
                    Assert.Equal(oracle.Remove(key), schedule.Remove(key));
                    break;
                default:
                    var first = oracle.Count > 0 ? oracle.Values.Min() : (TimeSpan?)null;
                    bool isDue = schedule.TryTake(time, out int taken);
                    Assert.Equal(first <= time, isDue);
                    if (isDue)
                    {
                        Assert.Equal(first, oracle[taken]);
                        oracle.Remove(taken);
                    }
                    break;
            }
            Assert.Equal(oracle.Count, schedule.Count);
            Assert.Equal(oracle.Count > 0 ? oracle.Values.Min() : null, schedule.Next);
        }
    });

    private static TimeSpan At(int seconds) => TimeSpan.FromSeconds(seconds);
}

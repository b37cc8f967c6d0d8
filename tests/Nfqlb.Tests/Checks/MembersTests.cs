using Nfqlb.Checks;
using Nfqlb.Maglev;
using Nfqlb.Tests.Support;

namespace Nfqlb.Tests.Checks;

/// <summary>Pools as rows of letters: g good, b bad, u unknown; d drains, x is down, w has no weight, all three bad;
/// . an empty slot, | the next priority.</summary>
public class MembersTests
{
    [Theory]
    [InlineData("gggg", 50, false)]
    [InlineData("ggbb", 50, false)]
    [InlineData("gbbb", 50, true)]
    [InlineData("ubbb", 25, false)]
    [InlineData("bbbb", 1, true)]
    [InlineData("bbbb", 0, false)]
    [InlineData("", 50, false)]
    [InlineData("....", 100, false)]
    [InlineData("gggb", 100, true)]
    [InlineData("gb", 51, true)]
    [InlineData("g.b.dxw", 50, false)]
    [InlineData("dxw", 50, false)]
    [InlineData("bbb|g", 50, false)]
    [InlineData("bbb|b", 50, true)]
    [InlineData("gbb|gbb", 50, true)]
    [InlineData("bbb|gbb|ggb", 50, false)]
    public void Too_few_are_good(string pool, int percent, bool isPanic) =>
        Assert.Equal(isPanic, Members.IsPanic(Read(pool), percent, isPanic: false));

    [Theory]
    [InlineData("ggggggbbbb", 50, false)]
    [InlineData("gggggbbbbb", 50, true)]
    [InlineData("ggggggggggggggggggg" + "b", 95, true)]
    [InlineData("gggg", 95, false)]
    [InlineData("b", 0, false)]
    public void Panic_ends_ten_points_higher(string pool, int percent, bool isPanic) =>
        Assert.Equal(isPanic, Members.IsPanic(Read(pool), percent, isPanic: true));

    [Theory]
    [InlineData("gbudxw", false, "gbubbb")]
    [InlineData("gbudxw", true, "guubbb")]
    public void In_panic_the_bad_ones_are_used_but_not_those_that_are_not_wanted(
        string pool, bool isPanic, string published)
    {
        var told = Read(pool).Select(target => Members.Published(target!.Value, isPanic));
        Assert.Equal(published, string.Concat(told.Select(health => "ugb"[(int)health])));
    }

    [Fact]
    public void In_panic_every_wanted_target_takes_packets_and_else_just_those_that_are_not_bad() =>
        Seeded.Run(random =>
        {
            for (int round = 0; round < 500; round++)
            {
                var pool = Enumerable.Range(0, random.Next(1, 30)).Select(_ => (SlotTarget?)new SlotTarget(new(1))
                {
                    Weight = (ushort)random.Next(3),
                    Priority = (ushort)random.Next(3),
                    State = (TargetState)random.Next(3),
                    Health = (TargetHealth)random.Next(3),
                }).ToArray();
                int percent = random.Next(101);
                bool isPanic = Members.IsPanic(pool, percent, random.Next(2) == 0);
                var wanted = pool.Where(one => one is { State: TargetState.Up, Weight: > 0 }).ToList();
                foreach (var target in wanted)
                {
                    var told = target!.Value with { Health = Members.Published(target.Value, isPanic) };
                    Assert.Equal(isPanic || target.Value.Health != TargetHealth.Bad, told.CanTakePackets);
                }
                Assert.All(pool.Except(wanted), one =>
                    Assert.Equal(one!.Value.Health, Members.Published(one.Value, isPanic)));
            }
        });

    private static SlotTarget?[] Read(string pool)
    {
        var slots = new List<SlotTarget?>();
        ushort priority = 0;
        foreach (char letter in pool)
        {
            var target = new SlotTarget(new(1)) { Priority = priority };
            if (letter == '|')
            {
                priority++;
                continue;
            }
            slots.Add(letter switch
            {
                'g' => target with { Health = TargetHealth.Good },
                'u' => target,
                'b' => target with { Health = TargetHealth.Bad },
                'd' => target with { Health = TargetHealth.Bad, State = TargetState.Drain },
                'x' => target with { Health = TargetHealth.Bad, State = TargetState.Down },
                'w' => target with { Health = TargetHealth.Bad, Weight = 0 },
                _ => null,
            });
        }
        return [.. slots];
    }
}

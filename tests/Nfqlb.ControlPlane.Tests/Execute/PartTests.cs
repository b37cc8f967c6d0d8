using Nfqlb.ControlPlane.Observe;
using Nfqlb.ControlPlane.Store;
using Nfqlb.ControlPlane.Tests.Model;
using Nfqlb.Maglev;
using Nfqlb.Planning.Model;
using Nfqlb.Planning.Objects;
using Nfqlb.Planning.Plans;
using Nfqlb.Tests.Support;

namespace Nfqlb.ControlPlane.Tests.Execute;

/// <summary>What is planned of what differs is what would be planned of it by who looks at everything.</summary>
public class PartTests
{
    private const int Rounds = 300;

    [Fact]
    public void The_plan_of_a_part_is_the_part_of_the_whole_plan() => Seeded.Run(random =>
    {
        var states = new RandomHost(random);
        using var host = new ModelHost();
        states.AddForeign(host);
        int pools = 0, ways = 0;
        for (int i = 0; i < Rounds; i++)
        {
            var before = states.Desired();
            host.Apply(before);
            before = StateStore.Look(host.Store);
            var desired = WithOtherTargets(before, random);
            if (DesiredStateCheck.Diagnostics(desired).Any() || Part.Between(before, desired) is not { } part)
            {
                continue;
            }
            if (random.Next(3) == 0)
            {
                Meddle(host, random);
            }
            var managed = new Managed([before]);
            var observer = new Observer(host.Surroundings);
            var whole = Plan.AsFarAsPossible(
                desired, observer.Observe(desired, managed, Scope.Everything), managed, Scope.Everything);
            if (whole.Refusals.Count > 0)
            {
                continue;
            }
            var expected = whole.Changes.Where(part.Has).SelectMany(change => change.Lines);
            Assert.Equal(expected, Plan.OfPart(desired, observer.Observe(desired, part), managed, part).Lines);
            pools += part.Pools.Count;
            ways += part.HasWays ? 1 : 0;
        }
        Assert.True(pools > Rounds / 4 && ways > Rounds / 8, $"only {pools} pools, and {ways} with ways");
    });

    [Fact]
    public void What_is_more_than_targets_is_no_part() => Seeded.Run(random =>
    {
        var states = new RandomHost(random);
        for (int i = 0; i < Rounds; i++)
        {
            var before = states.Desired();
            Assert.Empty(Part.Between(before, before)!.Pools);
            Assert.Null(Part.Between(before, before with { Queues = before.Queues with { First = 7 } }));
            if (before.Pools is [var pool, ..])
            {
                Assert.Null(Part.Between(before, before with { Pools = before.Pools.RemoveAt(0) }));
                Assert.Null(Part.Between(
                    before, before with { Flows = [new() { Name = new("x"), Target = pool.Name }] }));
                var other = pool with { Settings = pool.Settings with { OwnMark = 9 } };
                Assert.Null(Part.Between(before, before with { Pools = before.Pools.SetItem(0, other) }));
            }
        }
    });

    /// <summary>Some go, some come, some are told something else, some are reached otherwise.</summary>
    private static DesiredState WithOtherTargets(DesiredState state, Random random)
    {
        var other = new RandomHost(random).Desired().Pools.SelectMany(pool => pool.Targets).ToList();
        foreach (var pool in state.Pools)
        {
            var targets = pool.Targets.Where(_ => random.Next(4) > 0).Select(target => random.Next(4) switch
            {
                0 => target with { State = (TargetState)random.Next(3), Weight = (ushort)random.Next(4) },
                1 when random.Next(2) == 0 => target with { Via6 = null },
                _ => target,
            }).ToList();
            foreach (var target in other.Where(_ => random.Next(3) == 0))
            {
                string? name = pool.Shape.Seed is null ? null : $"n{random.Next(9)}";
                targets.Add(target with { Slot = random.Next(pool.Size.Slots), Name = name });
            }
            var unlike = targets.DistinctBy(target => target.Slot).DistinctBy(target => target.Mark)
                .Where(target => pool.Shape.Seed is null || target.Name is not null)
                .DistinctBy(target => target.Name ?? $"{target.Slot}");
            state = random.Next(3) == 0 ? state : state.With(pool with
            {
                Targets = [.. unlike.OrderBy(target => target.Slot)],
            });
        }
        return state;
    }

    /// <summary>Somebody else changes what is ours, or puts his own in its place.</summary>
    private static void Meddle(ModelHost host, Random random)
    {
        host.Kernel.Routes.RemoveAll(route => Ownership.IsOurs(route) && random.Next(5) == 0);
        host.Kernel.Rules.RemoveAll(rule => Ownership.IsOurs(rule) && random.Next(8) == 0);
        foreach (var (name, content) in host.Pools.Pools.ToList())
        {
            if (random.Next(2) == 0 && name.Text != "hand")
            {
                host.Pools.Pools[name] = content with
                {
                    Slots = [.. content.Slots.Select(slot => slot is { } there && random.Next(2) == 0
                        ? there with { Weight = 9 } : slot)],
                };
            }
        }
    }
}

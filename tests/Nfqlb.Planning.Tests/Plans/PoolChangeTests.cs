using Nfqlb.Maglev;
using Nfqlb.Packets;
using Nfqlb.Planning.Model;
using Nfqlb.Planning.Objects;
using Nfqlb.Planning.Plans;
using Nfqlb.Tests.Support;

namespace Nfqlb.Planning.Tests.Plans;

/// <summary>What pools are told: weights, states, priorities, names and settings.</summary>
public class PoolChangeTests
{
    private const int Rounds = 500;

    private static readonly PoolName Web = new("web");
    private static readonly PoolContent Nobody = PoolContent.Empty(new(new(31, 3)), new(0));
    private static readonly SlotTarget Plain = new(new FirewallMark(101));

    [Fact]
    public void Lines_say_what_becomes_what()
    {
        var before = Nobody.With(0, Plain).With(1, new(new(102)));
        var after = before.With(0, Plain with { Weight = 3, State = TargetState.Drain })
            .With(1, null).With(2, new(new(103)) { Weight = 0, Priority = 7 }) with
            {
                Settings = new(0) { MinActive = 2, WhenEmpty = WhenEmpty.Keep },
            };

        Assert.Equal(
        [
            "~ pool web: min_active 1 -> 2, when_empty notargets -> keep",
            "~ slot 0 of web: mark 101: weight 1 -> 3, state up -> drain",
            "- slot 1 of web: mark 102",
            "+ slot 2 of web: mark 103, weight 0, priority 7",
        ], new PoolChange(Web, before, after).Lines);
    }

    /// <summary>A seed is a secret.</summary>
    [Fact]
    public void Lines_show_no_seed()
    {
        var keyed = PoolContent.Empty(new(new(31, 3), new HashSeed(0x11, 0x22)), new(0) { MinActive = 2 })
            .With(1, Plain with { Name = new TargetName("a") });
        var other = keyed with { Shape = new(new(31, 3), new HashSeed(0x33, 0x44)) };

        Assert.Equal(
            ["+ pool web M=31 N=3 ownfw=0 identity=name min_active=2", "+ slot 1 of web: mark 101, name a"],
            new PoolChange(Web, null, keyed).Lines);
        Assert.Equal(
            "~ pool web M=31 N=3 ownfw=0 identity=name min_active=2, with another seed",
            new PoolChange(Web, keyed, other).Lines.First());
    }

    /// <summary>Those that take less come after flows that leave; those that take more before.</summary>
    [Theory]
    [InlineData(1, TargetState.Up, 0, TargetState.Up, Stage.DrainPools)]
    [InlineData(1, TargetState.Up, 1, TargetState.Drain, Stage.DrainPools)]
    [InlineData(1, TargetState.Drain, 1, TargetState.Down, Stage.DrainPools)]
    [InlineData(1, TargetState.Down, 1, TargetState.Up, Stage.FillPools)]
    [InlineData(1, TargetState.Up, 2, TargetState.Up, Stage.FillPools)]
    public void A_target_that_takes_nothing_any_more_is_drained(
        int weight, TargetState state, int nextWeight, TargetState nextState, Stage expected)
    {
        var before = Nobody.With(0, Plain with { Weight = (ushort)weight, State = state });
        var after = Nobody.With(0, Plain with { Weight = (ushort)nextWeight, State = nextState });

        Assert.Equal(expected, new PoolChange(Web, before, after).Stage);
    }

    [Fact]
    public void It_leaves_what_others_have_done_and_its_inverse_restores() => Seeded.Run(random =>
    {
        for (int i = 0; i < Rounds; i++)
        {
            PoolContent before = Random(random, Nobody), after = Random(random, before), now = Random(random, before);
            var change = new PoolChange(Web, before, after);

            Assert.Equal(after, change.On(before));
            Assert.Equal(before, change.Inverse.On(after));
            var on = change.On(now);
            for (int slot = 0; slot < now.Slots.Length; slot++)
            {
                Assert.Equal(
                    now.Slots[slot] == before.Slots[slot] ? after.Slots[slot] : now.Slots[slot], on.Slots[slot]);
            }
            Assert.Equal(now.Settings == before.Settings ? after.Settings : now.Settings, on.Settings);
        }
    });

    [Fact]
    public void What_a_health_check_has_found_is_nobodys_change_and_stays()
    {
        var sick = Nobody.With(0, Plain with { Health = TargetHealth.Bad });
        var change = new PoolChange(Web, Nobody.With(0, Plain), Nobody.With(0, Plain with { Weight = 5 }));

        Assert.Equal(Plain with { Weight = 5, Health = TargetHealth.Bad }, change.On(sick).Slots[0]);
        Assert.Empty(new PoolChange(Web, Nobody.With(0, Plain), sick).Lines);
    }

    /// <summary>A target is put into a pool of somebody else: his keep their weights, states and names.</summary>
    [Fact]
    public void In_a_borrowed_pool_slots_of_others_stay_as_they_are() => Seeded.Run(random =>
    {
        for (int i = 0; i < Rounds; i++)
        {
            var seed = random.Next(2) == 0 ? (HashSeed?)null : new HashSeed(1, 2);
            var there = Random(random, PoolContent.Empty(new(new(31, 6), seed), new(0) { MinActive = 2 }));
            there = there.With(2, null);
            var target = new DesiredTarget
            {
                Name = "mine", Slot = 2, Mark = new(900), Via4 = Address.FromIpv4(5),
                Weight = 7, State = TargetState.Drain,
            };
            var pool = new DesiredPool(Web, new(new(31, 3)), new(0)) { IsBorrowed = true, Targets = [target] };
            var desired = DesiredState.Empty with { Pools = [pool] };

            var change = Assert.Single(Changes(desired, there, DesiredState.Empty));
            var mine = target.InSlot(isKeyed: seed is not null);
            Assert.Equal(there.With(2, mine), change.After);

            var heavier = desired with { Pools = [pool with { Targets = [target with { Weight = 9 }] }] };
            change = Assert.Single(Changes(heavier, there.With(2, mine), desired));
            Assert.Equal(there.With(2, mine with { Weight = 9 }), change.After);

            change = Assert.Single(Changes(DesiredState.Empty, there.With(2, mine), desired));
            Assert.Equal(there, change.After);
        }
    });

    /// <summary>New ones, and those that were down; not where nobody would give them the rest.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Who_comes_starts_slowly_where_somebody_goes_on_with_it(bool isServed)
    {
        DesiredTarget Target(int slot) => new() { Slot = slot, Mark = new(101 + slot) };
        var pool = new DesiredPool(Web, Nobody.Shape, Nobody.Settings)
        {
            SlowStart = new SlowStart(TimeSpan.FromSeconds(30)),
            Targets = [Target(0), Target(1), Target(2)],
        };
        var desired = DesiredState.Empty with { Pools = [pool] };
        var before = Nobody.With(0, Plain).With(1, new(new(102)) { State = TargetState.Down });
        var observed = ObservedState.Empty with
        {
            Flows = [], HasSlowStart = isServed,
            Pools = new Dictionary<PoolName, PoolContent> { [Web] = before },
        };
        var old = DesiredState.Empty with
        {
            Pools = [pool with { Targets = [Target(0), Target(1) with { State = TargetState.Down }] }],
        };
        var change = Assert.IsType<PoolChange>(
            Assert.Single(Plan.Between(desired, observed, new Managed([old]), Scope.Everything).Changes));
        var part = isServed ? Ramp.First : Ramp.Whole;
        Ramp[] expected = [Ramp.Whole, part, part];
        Assert.Equal(expected, change.After!.Slots.Select(target => target!.Value.Ramp));

        // Also where the pool was told something else meanwhile; and it is no change by itself.
        var there = change.On(before.With(0, Plain with { Health = TargetHealth.Good }));
        Assert.Equal(expected, there.Slots.Select(target => target!.Value.Ramp));
        observed = observed with
        {
            Pools = new Dictionary<PoolName, PoolContent> { [Web] = SlowStart.After(there, 1) },
        };
        Assert.Empty(Plan.Between(desired, observed, new Managed([desired]), Scope.Everything).Changes);
        Assert.Equal(before, change.Inverse.On(change.After));
    }

    [Fact]
    public void Weights_that_others_have_given_are_theirs()
    {
        var target = new DesiredTarget { Slot = 0, Mark = Plain.Mark };
        var desired = DesiredState.Empty with
        {
            Pools = [new DesiredPool(Web, Nobody.Shape, Nobody.Settings) { Targets = [target] }],
        };
        var observed = ObservedState.Empty with
        {
            Flows = [],
            Pools = new Dictionary<PoolName, PoolContent> { [Web] = Nobody.With(0, Plain with { Weight = 3 }) },
        };

        string told = Assert.Throws<InvalidStateException>(
            () => Plan.Between(desired, observed, Managed.Nothing, Scope.Everything)).Message;
        var adopted = Plan.Between(desired, observed, Managed.Nothing, Scope.Everything, adopts: true);

        Assert.Contains("[web]: somebody else has put mark 101 into slot 0, weight 3: `apply --adopt`", told);
        Assert.Equal("~ slot 0 of web: mark 101: weight 3 -> 1", Assert.Single(adopted.Lines));
    }

    [Fact]
    public void A_name_that_somebody_has_in_another_slot_of_a_keyed_pool_is_refused()
    {
        var there = PoolContent.Empty(new(new(31, 3), new HashSeed(1, 2)), new(0))
            .With(1, Plain with { Name = new TargetName("a") });
        var target = new DesiredTarget { Name = "a", Slot = 0, Mark = new(102) };
        var pool = new DesiredPool(Web, there.Shape, there.Settings) { IsBorrowed = true, Targets = [target] };

        Assert.Contains("somebody else has a target [a] too", Assert.Throws<InvalidStateException>(
            () => Changes(DesiredState.Empty with { Pools = [pool] }, there, DesiredState.Empty)).Message);
    }

    private static List<PoolChange> Changes(DesiredState desired, PoolContent there, DesiredState before) =>
    [
        .. Plan.Between(
            desired, ObservedState.Empty with { Pools = new Dictionary<PoolName, PoolContent> { [Web] = there } },
            new Managed([before]), Scope.Targets).Changes.OfType<PoolChange>(),
    ];

    /// <summary>Some slots and settings are other ones than in this.</summary>
    private static PoolContent Random(Random random, PoolContent like)
    {
        bool isKeyed = like.Shape.Seed is not null;
        return like with
        {
            Settings = random.Next(3) > 0 ? like.Settings : like.Settings with { MinActive = 1 + random.Next(3) },
            Slots =
            [
                .. like.Slots.Select((target, slot) => random.Next(4) switch
                {
                    0 => null,
                    1 => new SlotTarget(new FirewallMark(101 + slot))
                    {
                        Weight = (ushort)random.Next(3),
                        State = (TargetState)random.Next(3),
                        Priority = (ushort)random.Next(2),
                        Name = isKeyed ? new TargetName($"t{slot}") : null,
                    },
                    _ => target,
                }),
            ],
        };
    }
}

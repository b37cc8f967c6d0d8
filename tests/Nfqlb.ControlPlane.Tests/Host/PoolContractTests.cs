using Nfqlb.ControlPlane.Host;
using Nfqlb.ControlPlane.Tests.Model;
using Nfqlb.Linux.SharedMemory;
using Nfqlb.Maglev;
using Nfqlb.Packets;
using Nfqlb.Planning.Plans;
using Nfqlb.Tests.Support;

namespace Nfqlb.ControlPlane.Tests.Host;

/// <summary>Pools in shared memory do what the model of them does.</summary>
public sealed class PoolContractTests : IDisposable
{
    private const int Changes = 300;

    private readonly PoolName _name = new($"nfqlb-test-{Environment.ProcessId}-{Guid.NewGuid():N}");

    public void Dispose() => PoolDirectory.Delete(_name);

    /// <summary>Also of changes that somebody else has got ahead of.</summary>
    [Fact]
    public void The_same_changes_leave_the_same_pool() => Seeded.Run(random =>
    {
        var model = new ModelPools(new Fault());
        var pools = new SharedPools();
        PoolDirectory.Delete(_name);
        for (int i = 0; i < Changes; i++)
        {
            var before = model.Read(_name);
            var change = new PoolChange(
                _name, random.Next(4) == 0 && before is not null ? Another(random, before) : before,
                random.Next(12) == 0 ? null : Another(random, random.Next(8) == 0 ? null : before));
            if (before is null && change.After is null)
            {
                continue;
            }
            if (before is not null && random.Next(3) == 0)
            {
                var health = HealthOf(random, before);
                model.SetHealth(_name, health);
                pools.SetHealth(_name, health);
                Assert.Equal(model.Read(_name), pools.Read(_name));
            }
            model.Carry(change);
            pools.Carry(change);

            Assert.Equal(model.Read(_name), pools.Read(_name));
            Assert.Equal(model.Read(_name), new SharedPools().Read(_name)); // who remembers nothing of it
            if (pools.Read(_name) is { } now)
            {
                var entries = new ushort[now.Shape.Size.Entries];
                bool isFilled = PoolTable.Fill(now, entries);
                var snapshot = PoolDirectory.Open(_name).Snapshot();
                Assert.Equal(
                    now.Slots.Count(target => target is { CanTakePackets: true }),
                    PoolDirectory.Open(_name).CountAble());
                Assert.True(
                    now.Settings.WhenEmpty == WhenEmpty.Keep
                        || snapshot.Entries.SequenceEqual(entries.Select(slot => isFilled ? slot : -1)),
                    "the table is not the one that follows");
            }
        }
    });

    [Fact]
    public void Health_is_told_in_one_publication_or_none()
    {
        var pools = new SharedPools();
        var pool = PoolContent.Empty(new PoolShape(new PoolSize(31, 3)), new(0))
            .With(0, new SlotTarget(new(101))).With(1, new SlotTarget(new(102)));
        PoolDirectory.Create(_name, pool);
        ulong Generation() => PoolDirectory.Open(_name).Generation;
        ulong before = Generation();

        pools.SetHealth(_name, [new(0, new(101), TargetHealth.Bad), new(1, new(102), TargetHealth.Good)]);
        Assert.Equal(before + 1, Generation());
        Assert.Equal(
            pool.With(0, new SlotTarget(new(101)) { Health = TargetHealth.Bad })
                .With(1, new SlotTarget(new(102)) { Health = TargetHealth.Good }),
            pools.Read(_name));

        // The same again, and words about targets that are not there: another one, nobody, no slot.
        pools.SetHealth(_name,
        [
            new(0, new(101), TargetHealth.Bad), new(1, new(103), TargetHealth.Bad), new(2, new(104), TargetHealth.Bad),
            new(3, new(105), TargetHealth.Bad),
        ]);
        Assert.Equal(before + 1, Generation());

        PoolDirectory.Delete(_name);
        Assert.Throws<PoolException>(() => pools.SetHealth(_name, [new(0, new(101), TargetHealth.Good)]));
    }

    /// <summary>Of some targets, and of some that are not there.</summary>
    private static List<SlotHealth> HealthOf(Random random, PoolContent pool) =>
    [
        .. pool.Slots.Index().Where(_ => random.Next(2) == 0).Select(slot => new SlotHealth(
            slot.Index + random.Next(2) * random.Next(3),
            random.Next(3) > 0 && slot.Item is { } there ? there.Mark : new FirewallMark(101),
            (TargetHealth)random.Next(3))),
    ];

    /// <summary>Some slots and settings are other ones; without a pool to begin with, all of it is.</summary>
    private static PoolContent Another(Random random, PoolContent? like)
    {
        var shape = like?.Shape ?? new PoolShape(
            new PoolSize(31, 2 + random.Next(3)), random.Next(2) == 0 ? null : new HashSeed(1, (ulong)random.Next(2)));
        var pool = like ?? PoolContent.Empty(shape, new(0));
        return pool with
        {
            Settings = random.Next(3) > 0
                ? pool.Settings
                : new(random.Next(2)) { MinActive = 1 + random.Next(2), WhenEmpty = (WhenEmpty)random.Next(2) },
            Slots =
            [
                .. pool.Slots.Select((target, slot) => random.Next(3) switch
                {
                    0 => null,
                    1 => new SlotTarget(new FirewallMark(101 + 10 * slot + random.Next(2)))
                    {
                        Weight = (ushort)random.Next(4),
                        State = (TargetState)random.Next(3),
                        Priority = (ushort)random.Next(2),
                        Name = RandomHost.NameIn(shape, $"t{slot}"),
                    },
                    _ => target,
                }),
            ],
        };
    }
}

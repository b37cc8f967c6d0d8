using Nfqlb.Linux.SharedMemory;
using Nfqlb.Maglev;
using Nfqlb.Packets;
using Nfqlb.Tests.Maglev;

namespace Nfqlb.Linux.Tests.SharedMemory;

public sealed class PoolDirectoryTests : IDisposable
{
    private static readonly PoolSize Size = new(101, 4);

    private readonly PoolName _name = new($"nfqlb-test-{Guid.NewGuid():n}");

    private string Path => $"/dev/shm/{_name}";

    public void Dispose() => File.Delete(Path);

    [Fact]
    public async Task A_writer_that_is_done_holds_nobody_up_though_its_mapping_lives()
    {
        PoolDirectory.Create(_name, Size, ownMark: 0);
        PoolSegment? kept = null;
        PoolDirectory.Change(_name, pool => kept = pool);

        var second = Task.Run(() => PoolDirectory.Change(_name, pool => pool.Publish([7, -1, -1, -1])));

        await second.WaitAsync(TimeSpan.FromSeconds(10));
        Assert.Equal(new FirewallMark(7), kept!.Locate(0).Mark);
        PoolDirectory.Create(_name, Size, ownMark: 0);
        Assert.Null(kept.Locate(0).Mark);
    }

    [Fact]
    public void Another_users_pool_is_not_followed()
    {
        PoolDirectory.Create(_name, Size, ownMark: 0);
        Assert.Equal(Size, PoolDirectory.OpenTrusted(_name).Size);
        if (!LocalUser.Current.IsRoot)
        {
            return; // Only root can give a file away.
        }
        var chown = System.Diagnostics.Process.Start("chown", ["12345", Path]);
        chown.WaitForExit();

        var refusal = Assert.Throws<PoolException>(() => PoolDirectory.OpenTrusted(_name));

        Assert.Equal("it belongs to user 12345", refusal.Reason);
        Assert.Equal(Size, PoolDirectory.Open(_name).Size);
        AssertLeftAlone("it belongs to user 12345");
    }

    [Theory]
    [InlineData(UnixFileMode.GroupWrite, "others may write it (mode 620)")]
    [InlineData(UnixFileMode.OtherWrite, "others may write it (mode 602)")]
    public void A_pool_that_others_may_write_is_neither_followed_nor_changed(UnixFileMode mode, string reason)
    {
        PoolDirectory.Create(_name, Size, ownMark: 0);
        File.SetUnixFileMode(Path, UnixFileMode.UserRead | UnixFileMode.UserWrite | mode);

        Assert.Equal(reason, Assert.Throws<PoolException>(() => PoolDirectory.OpenTrusted(_name)).Reason);
        AssertLeftAlone(reason);
    }

    [Fact]
    public void What_nfqlb_keeps_for_something_else_is_no_pool_whatever_its_name()
    {
        FragmentStatisticsSegment.Create(_name.Text, [1, 2, 3]).Dispose();
        AssertLeftAlone("it holds the figures of a fragment table", canBeMapped: true);

        File.WriteAllText(Path, "{\"nfqlb\":\"wanted\",\"version\":1,\"state\":{}}");
        AssertLeftAlone("it holds what was asked for", canBeMapped: true);
    }

    [Fact]
    public void What_is_no_pool_and_nothing_of_ours_gives_way_to_one()
    {
        File.WriteAllBytes(Path, new byte[10_000]); // as nfqlb 1.2.0 may have left it

        PoolDirectory.Create(_name, Size, ownMark: 0);

        Assert.Equal(Size, PoolDirectory.OpenTrusted(_name).Size);
    }

    [Fact]
    public void What_is_no_memory_is_refused_and_left_alone()
    {
        System.Diagnostics.Process.Start("mkfifo", [Path]).WaitForExit();

        Assert.Equal("not a regular file", Assert.Throws<PoolException>(
            () => PoolDirectory.Create(_name, Size, ownMark: 0)).Reason);
        Assert.Equal("not a pool: not a regular file", Assert.Throws<PoolException>(
            () => PoolDirectory.Open(_name)).Reason);
        Assert.True(File.Exists(Path));
    }

    [Fact]
    public void Weights_outlive_the_changes_of_others()
    {
        PoolDirectory.Create(_name, Size, ownMark: 0);
        PoolDirectory.Change(_name, before => Weigh(before.WithMarks([5, 6, -1, -1]), slot: 1, weight: 9));
        PoolDirectory.Change(_name, pool => pool.Publish([7, 6, 8, -1]));

        var targets = PoolDirectory.Open(_name).ReadContent().Slots;
        Assert.Equal([1, 9, 1, null], targets.Select(target => (int?)target?.Weight));

        // A slot that is emptied and filled anew begins anew.
        PoolDirectory.Change(_name, pool => pool.Publish([7, -1, 8, -1]));
        PoolDirectory.Change(_name, pool => pool.Publish([7, 6, 8, -1]));
        Assert.Equal(1, PoolDirectory.Open(_name).ReadContent().Slots[1]!.Value.Weight);
    }

    [Fact]
    public void A_change_that_changes_nothing_publishes_nothing()
    {
        PoolDirectory.Create(_name, Size, ownMark: 0);
        PoolDirectory.Change(_name, before => before.WithMarks([5, 6, -1, -1]));
        ulong generation = PoolDirectory.Open(_name).Generation;

        PoolDirectory.Change(_name, before => before.WithMarks([5, 6, -1, -1]));

        Assert.Equal(generation, PoolDirectory.Open(_name).Generation);
    }

    [Fact]
    public void Memory_of_the_old_version_serves_on_until_it_has_no_room_for_what_is_asked()
    {
        File.WriteAllBytes(Path, OldSegment.Bytes(Size, 3, 11, 12, -1, -1));
        var balancer = PoolDirectory.Open(_name);
        PoolDirectory.Change(_name, before => before.WithMarks([11, 12, 13, -1]));
        PoolDirectory.Create(_name, Size, OldSegment.OwnMark);
        PoolDirectory.Change(_name, before => before.WithMarks([11, 12, 13, -1]));

        Assert.False(balancer.IsRetired);
        Assert.Equal([11, 12, 13, -1], balancer.ReadContent().Marks);

        PoolDirectory.Change(_name, before => Weigh(before, slot: 2, weight: 5));

        Assert.True(balancer.IsRetired);
        var replaced = PoolDirectory.Open(_name);
        Assert.False(replaced.IsOld);
        Assert.Equal([11, 12, 13, -1], replaced.ReadContent().Marks);
        Assert.Equal(5, replaced.ReadContent().Slots[2]!.Value.Weight);
        Assert.Equal(OldSegment.OwnMark, replaced.OwnMark);
    }

    [Fact]
    public void Memory_of_the_old_version_is_replaced_for_another_own_mark()
    {
        File.WriteAllBytes(Path, OldSegment.Bytes(Size, 3, 11, 12, -1, -1));
        var balancer = PoolDirectory.Open(_name);

        PoolDirectory.Create(_name, Size, ownMark: 4);

        Assert.True(balancer.IsRetired);
        Assert.Equal((OldSegment.OwnMark, 4), (balancer.OwnMark, PoolDirectory.Open(_name).OwnMark));
    }

    [Fact]
    public void Another_seed_is_another_pool()
    {
        var shape = new PoolShape(Size, new HashSeed(1, 2));
        PoolDirectory.Create(_name, PoolContent.Empty(shape, new PoolSettings(0)));
        var first = PoolDirectory.Open(_name);

        PoolDirectory.Create(_name, PoolContent.Empty(shape, new PoolSettings(0)));
        Assert.False(first.IsRetired);
        PoolDirectory.Create(
            _name, PoolContent.Empty(shape with { Seed = new HashSeed(1, 3) }, new PoolSettings(0)));

        Assert.True(first.IsRetired);
        Assert.Equal(new HashSeed(1, 3), PoolDirectory.Open(_name).Shape.Seed);
    }

    private static PoolContent Weigh(PoolContent content, int slot, ushort weight) =>
        content.With(slot, content.Slots[slot]!.Value with { Weight = weight });

    private void AssertLeftAlone(string reason, bool canBeMapped = false)
    {
        byte[] before = File.ReadAllBytes(Path);
        Assert.Equal(reason, Refusal(() => PoolDirectory.Create(_name, Size, ownMark: 0)));
        Assert.Equal(reason, Refusal(() => PoolDirectory.Create(_name, new PoolSize(997, 4), ownMark: 0)));
        Assert.Equal(reason, Refusal(() => PoolDirectory.Delete(_name)));
        string change = Refusal(() => PoolDirectory.Change(_name, _ => Assert.Fail("changed")));
        Assert.True(canBeMapped || change == reason, change);
        Assert.Equal(before, File.ReadAllBytes(Path));
    }

    private static string Refusal(Action action) => Assert.Throws<PoolException>(action).Reason;
}

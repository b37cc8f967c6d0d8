using Nfqlb.Maglev;
using Nfqlb.Planning.Documents;
using Nfqlb.Planning.Model;

namespace Nfqlb.Planning.Tests.Documents;

/// <summary>Targets that ask for no slot keep theirs, or get the lowest that is free.</summary>
public class SlotsInUseTests
{
    private static readonly PoolName Pool = new("lb");

    [Fact]
    public void With_nothing_there_they_come_one_after_the_other() =>
        Assert.Equal([0, 1, 2], SlotsInUse.None.Assign(Pool, 3, [Free("a", 1), Free(null, 2), Free("c", 3)]));

    [Fact]
    public void Slots_that_are_asked_for_are_taken_first() =>
        Assert.Equal([2, 0, 1, 3], SlotsInUse.None.Assign(Pool, 4, [Free("a", 1), At(0), At(1), Free("d", 4)]));

    [Fact]
    public void A_name_keeps_its_slot_whatever_its_mark_and_place() =>
        Assert.Equal([0, 7], Present(("a", 7, 1)).Assign(Pool, 8, [Free("b", 1), Free("a", 2)]));

    [Fact]
    public void A_mark_keeps_its_slot_where_the_name_is_new_or_missing() =>
        Assert.Equal([7, 5], Present(("a", 7, 1), (null, 5, 2)).Assign(Pool, 8, [Free("b", 1), Free(null, 2)]));

    [Fact]
    public void A_mark_in_several_slots_keeps_them_all()
    {
        var present = Present((null, 5, 1), (null, 3, 1));
        Assert.Equal([5, 3, 0], present.Assign(Pool, 8, [Free(null, 1), Free(null, 1), Free(null, 1)]));
    }

    [Fact]
    public void What_is_asked_for_goes_before_what_was_there() =>
        Assert.Equal([7, 0], Present(("a", 7, 1)).Assign(Pool, 8, [At(7), Free("a", 1)]));

    [Fact]
    public void Slots_of_another_pool_and_slots_that_are_no_more_do_not_count()
    {
        Assert.Equal([0], Present(("a", 7, 1)).Assign(new PoolName("other"), 8, [Free("a", 1)]));
        Assert.Equal([0], Present(("a", 7, 1)).Assign(Pool, 7, [Free("a", 1)]));
    }

    [Fact]
    public void Where_none_is_left_there_is_none() =>
        Assert.Equal([0, 1, SlotsInUse.NoSlot], SlotsInUse.None.Assign(Pool, 2, [Free("a", 1), At(1), Free("b", 2)]));

    [Fact]
    public void A_file_applied_twice_gives_the_same_slots()
    {
        DesiredTarget[] targets = [Free("a", 1), At(1), Free(null, 3), Free(null, 3), Free("d", 4)];
        int[] first = SlotsInUse.None.Assign(Pool, 9, targets);
        var state = new DesiredState
        {
            Pools =
            [
                new DesiredPool(Pool, new(new PoolSize(997, 9)), new(0))
                {
                    Targets = [.. targets.Zip(first, (target, slot) => target with { Slot = slot })],
                },
            ],
        };
        Assert.Equal(first, SlotsInUse.Of(state).Assign(Pool, 9, targets));
    }

    private static SlotsInUse Present(params (string? Name, int Slot, int Mark)[] targets)
    {
        var present = new SlotsInUse();
        foreach (var (name, slot, mark) in targets)
        {
            present.Add(Pool, slot, name, new FirewallMark(mark));
        }
        return present;
    }

    private static DesiredTarget Free(string? name, int mark) =>
        new() { Name = name, Slot = SlotsInUse.NoSlot, Mark = new FirewallMark(mark) };

    private static DesiredTarget At(int slot) => new() { Slot = slot, Mark = new FirewallMark(1000 + slot) };
}

using Nfqlb.Cli.CommandLine;
using Nfqlb.Linux.SharedMemory;
using Nfqlb.Maglev;

namespace Nfqlb.Cli.Commands;

/// <summary>Gives targets a slot in a pool: one table change, however many.</summary>
internal sealed class ActivateCommand : Command
{
    public override string Name => "activate";

    public override string Usage => """
        activate [--shm=] [--weight=#] [--state=] [--priority=#] <fwmarks...>
        activate [--shm=] [--weight=#] [--state=] [--priority=#] --index=# <fwmark>
        activate [--shm=] [--weight=#] [--state=] [--priority=#] [--index=#] --name=NAME <fwmark>
          Activate targets of a pool. A name is for pools that were made with --identity=name.
        """;

    public override string[] Examples =>
    [
        "nfqlb activate --shm=web 101 102",
        "nfqlb activate --shm=web --weight=3 103",
        "nfqlb activate --shm=web --index=4 104",
    ];

    public override Option[] Options =>
    [
        PoolOptions.Shm, PoolOptions.Index, PoolOptions.Weight, PoolOptions.State, PoolOptions.Priority,
        PoolOptions.Name,
    ];

    protected override int MostPositionals => int.MaxValue;

    protected override int Run(Arguments arguments)
    {
        var pool = arguments.Pool(PoolOptions.Shm, PoolOptions.DefaultPool);
        var marks = arguments.Marks();
        PoolOptions.RequireMarkOrSlot(this, arguments);
        var wish = new Wish(
            PoolOptions.ReadSmall(arguments, PoolOptions.Weight), PoolOptions.ReadState(arguments),
            PoolOptions.ReadSmall(arguments, PoolOptions.Priority));
        if (PoolOptions.ReadName(arguments) is { } name)
        {
            var mark = One(marks, PoolOptions.Name);
            PoolDirectory.Change(pool, before =>
                ActivateName(pool, before, name, mark, PoolOptions.Slot(arguments, before.Slots.Length), wish));
            PoolOptions.TellDisplaced(pool, name);
            return ExitCode.Fine;
        }
        var left = new List<FirewallMark>();
        PoolDirectory.Change(pool, before =>
            ActivateMarks(pool, before, marks, PoolOptions.Slot(arguments, before.Slots.Length), wish, left));

        // As in 1.2.0 the others are active now, but nobody shall think that all are.
        return left.Count == 0 ? ExitCode.Fine : throw NoEmptySlot(pool, left);
    }

    private static PoolContent ActivateName(
        PoolName pool, PoolContent before, TargetName name, FirewallMark mark, int? index, Wish wish)
    {
        if (before.Shape.Seed is null)
        {
            throw new UsageException($"[{pool}] knows targets by slot: --name is for pools of --identity=name");
        }
        int there = before.SlotOf(name) ?? -1;
        if (index is { } given && there >= 0 && there != given)
        {
            throw new UsageException($"[{name}] is in slot {there} of [{pool}]");
        }
        int slot = index ?? (there >= 0 ? there : before.Slots.IndexOf(null));
        if (slot < 0)
        {
            throw NoEmptySlot(pool, [mark]);
        }
        var target = there >= 0 ? before.Slots[there]!.Value : new SlotTarget(mark);
        return before.With(slot, wish.For(target with { Mark = mark, Name = name }));
    }

    private static PoolContent ActivateMarks(
        PoolName pool, PoolContent before, FirewallMark[] marks, int? index, Wish wish, List<FirewallMark> left)
    {
        int[] slots = before.Marks;
        if (index is { } slot)
        {
            slots[slot] = One(marks, PoolOptions.Index).Value;
        }
        else
        {
            Place(marks, slots, left);
        }
        var after = before.WithMarks(slots);
        if (after.Shape.Seed is not null && after.Slots.Any(target => target is { Name: null }))
        {
            throw new UsageException($"[{pool}] knows targets by name: give a new one its --name");
        }
        bool IsNamed(int other) => index is { } one ? other == one : marks.Contains(new FirewallMark(slots[other]));
        return after with
        {
            Slots = [.. after.Slots.Select((target, other) =>
                target is { } known && IsNamed(other) ? wish.For(known) : target)],
        };
    }

    /// <summary>Each mark that has no slot yet takes the first empty one, as long as there are some.</summary>
    private static void Place(FirewallMark[] marks, int[] slots, List<FirewallMark> left)
    {
        foreach (var mark in marks)
        {
            if (Array.IndexOf(slots, mark.Value) >= 0)
            {
                continue;
            }
            int empty = Array.FindIndex(slots, slot => slot < 0);
            if (empty < 0)
            {
                left.Add(mark);
            }
            else
            {
                slots[empty] = mark.Value;
            }
        }
    }

    private static FirewallMark One(FirewallMark[] marks, Option option) => marks is [var mark]
        ? mark
        : throw new UsageException($"--{option.Name} takes one fwmark, not {marks.Length}");

    private static UsageException NoEmptySlot(PoolName pool, List<FirewallMark> marks) =>
        new($"No empty slot in [{pool}] for fwmark [{string.Join(' ', marks)}]");

    /// <summary>What is asked of the named targets; what is null stays as it was.</summary>
    private readonly record struct Wish(ushort? Weight, TargetState? State, ushort? Priority)
    {
        public SlotTarget For(SlotTarget target) => target with
        {
            Weight = Weight ?? target.Weight,
            State = State ?? target.State,
            Priority = Priority ?? target.Priority,
        };
    }
}

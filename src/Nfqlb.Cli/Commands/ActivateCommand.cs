using Nfqlb.Cli.CommandLine;
using Nfqlb.Linux.SharedMemory;

namespace Nfqlb.Cli.Commands;

/// <summary>Gives targets a slot in a pool: one table change, however many.</summary>
internal sealed class ActivateCommand : Command
{
    public override string Name => "activate";

    public override string Usage => """
        activate [--shm=] <fwmarks...>
        activate [--shm=] --index=# <fwmark>
          Activate targets.
        """;

    public override Option[] Options => [PoolOptions.Shm, PoolOptions.Index];

    protected override int MostPositionals => int.MaxValue;

    protected override int Run(Arguments arguments)
    {
        var name = arguments.Pool(PoolOptions.Shm, PoolOptions.DefaultPool);
        var marks = arguments.Marks();
        var left = new List<FirewallMark>();
        PoolDirectory.Change(name, pool =>
        {
            var slots = new int[pool.Size.Slots];
            pool.Read(slots, []);
            var before = slots.ToArray();
            if (PoolOptions.Slot(arguments, slots.Length) is { } slot)
            {
                slots[slot] = marks is [var mark]
                    ? mark.Value
                    : throw new UsageException($"--index takes one fwmark, not {marks.Length}");
            }
            else
            {
                Place(marks, slots, left);
            }
            if (!slots.AsSpan().SequenceEqual(before))
            {
                pool.Publish(slots);
            }
        });

        // As in 1.2.0 the others are active now, but nobody shall think that all are.
        return left.Count == 0 ? ExitCode.Fine : throw new UsageException(
            $"No empty slot in [{name}] for fwmark [{string.Join(' ', left)}]");
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
}

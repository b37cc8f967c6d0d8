using Nfqlb.Cli.CommandLine;
using Nfqlb.Linux.SharedMemory;

namespace Nfqlb.Cli.Commands;

/// <summary>Takes targets out of a pool: one table change, however many.</summary>
internal sealed class DeactivateCommand : Command
{
    private const int Empty = -1;

    public override string Name => "deactivate";

    public override string Usage => """
        deactivate [--shm=] <fwmarks...>
        deactivate [--shm=] --index=#
          Deactivate targets
        """;

    public override Option[] Options => [PoolOptions.Shm, PoolOptions.Index];

    protected override int MostPositionals => int.MaxValue;

    protected override int Run(Arguments arguments)
    {
        var name = arguments.Pool(PoolOptions.Shm, PoolOptions.DefaultPool);
        var marks = arguments.Marks();
        PoolDirectory.Change(name, pool =>
        {
            var slots = new int[pool.Size.Slots];
            pool.Read(slots, []);
            var before = slots.ToArray();
            if (PoolOptions.Slot(arguments, slots.Length) is { } named)
            {
                slots[named] = Empty;
            }
            else
            {
                foreach (var mark in marks)
                {
                    slots.AsSpan().Replace(mark.Value, Empty);
                }
            }
            if (!slots.AsSpan().SequenceEqual(before))
            {
                pool.Publish(slots);
            }
        });
        return ExitCode.Fine;
    }
}

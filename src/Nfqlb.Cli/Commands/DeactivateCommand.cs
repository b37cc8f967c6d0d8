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
        deactivate [--shm=] --name=NAME
          Deactivate targets of a pool
        """;

    public override string[] Examples => ["nfqlb deactivate --shm=web 102", "nfqlb deactivate --shm=web --index=4"];

    public override Option[] Options => [PoolOptions.Shm, PoolOptions.Index, PoolOptions.Name];

    protected override int MostPositionals => int.MaxValue;

    protected override int Run(Arguments arguments)
    {
        var name = arguments.Pool(PoolOptions.Shm, PoolOptions.DefaultPool);
        var marks = arguments.Marks();
        PoolOptions.RequireMarkOrSlot(this, arguments);
        var target = PoolOptions.ReadName(arguments);
        PoolDirectory.Change(name, before =>
        {
            if (target is { } gone)
            {
                return before.SlotOf(gone) is { } slot ? before.With(slot, null) : before;
            }
            int[] slots = before.Marks;
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
            return before.WithMarks(slots);
        });
        return ExitCode.Fine;
    }
}

using Nfqlb.Cli.CommandLine;
using Nfqlb.Linux.SharedMemory;

namespace Nfqlb.Cli.Commands;

/// <summary>Prints a pool: its size, the head of its table, and its targets as `mark(slot)`.</summary>
internal sealed class ShowCommand : Command
{
    private const int EntriesShown = 25;

    public override string Name => "show";

    public override string Usage => """
        show [options]
          Show shared mem structures
        """;

    public override Option[] Options => [PoolOptions.Shm];

    protected override int Run(Arguments arguments)
    {
        var name = arguments.Pool(PoolOptions.Shm, PoolOptions.DefaultPool);
        var pool = PoolDirectory.Open(name);
        var marks = new int[pool.Size.Slots];
        var entries = new int[Math.Min(EntriesShown, pool.Size.Entries)];
        pool.Read(marks, entries);
        var active = marks.Select((mark, slot) => (mark, slot)).Where(target => target.mark >= 0);
        Output.Answer.WriteLine($"""
            Shm: {name}
              Fw: own={pool.OwnMark}
              Maglev: M={pool.Size.Entries}, N={pool.Size.Slots}
               Lookup: {string.Join(' ', entries)}...
               Active:{string.Concat(active.Select(target => $" {target.mark}({target.slot})"))}
            """);
        return ExitCode.Fine;
    }
}

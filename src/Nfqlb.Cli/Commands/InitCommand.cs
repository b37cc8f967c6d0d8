using Nfqlb.Cli.CommandLine;
using Nfqlb.Linux.SharedMemory;
using Nfqlb.Maglev;

namespace Nfqlb.Cli.Commands;

/// <summary>Makes an empty pool.</summary>
internal sealed class InitCommand : Command
{
    private const int SmallestTable = 3;
    private const int DefaultEntries = 997;
    private const int DefaultSlots = 32;

    private static readonly Option OwnMark = new("ownfw", "Own FW mark. Only used in the LB-tier!");
    private static readonly Option Shm = new("shm", "Target shared memory");
    private static readonly Option Slots = new("N", "Maglev max targets");
    private static readonly Option Entries = new("M", "Maglev lookup table size");

    public override string Name => "init";

    public override string Usage => """
        init [options]
          Initiate shared mem structures
        """;

    public override Option[] Options => [OwnMark, Shm, Slots, Entries];

    protected override int Run(Arguments arguments)
    {
        var name = arguments.Pool(Shm, PoolOptions.DefaultPool);
        int ownMark = arguments.Number(OwnMark, 0, 0, int.MaxValue);
        int wish = arguments.Number(Entries, DefaultEntries, 0, int.MaxValue);
        var size = new PoolSize(
            Prime.AtOrBelow(Math.Max(wish, SmallestTable)),
            arguments.Number(Slots, DefaultSlots, 1, int.MaxValue));
        if (!size.IsValid(out string reason))
        {
            throw new UsageException(reason);
        }
        PoolDirectory.Create(name, size, ownMark);
        if (size.Entries != wish)
        {
            Output.Answer.WriteLine($"M adjusted; {wish} -> {size.Entries}");
        }
        return ExitCode.Fine;
    }
}

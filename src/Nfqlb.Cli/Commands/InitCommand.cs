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

    private static readonly Option Identity =
        new("identity", "What targets are known by: slot (default), as in 1.2.0, or name, which needs a seed");
    private static readonly Option SeedOption =
        new("seed", "32 hex digits, the same on all balancers, that tables and hashes are keyed with");
    private static readonly Option MinActive =
        new("min-active", "Targets that must be up before those of the next priority stay out (default 1)");
    private static readonly Option WhenEmptyOption =
        new("when-empty", "No target is up: notargets (default), as without any, or keep, the last table");

    public override string Name => "init";

    public override string Usage => """
        init [options]
          Initiate shared mem structures
        """;

    public override string[] Examples =>
    [
        "nfqlb init   # the same as --shm=nfqlb --M=997 --N=32 --ownfw=0",
        "nfqlb init --shm=web --M=10000 --N=100",
    ];

    public override Option[] Options =>
    [
        OwnMark, Shm, Slots, Entries, Identity, SeedOption, MinActive, WhenEmptyOption,
    ];

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
        var settings = new PoolSettings(ownMark)
        {
            MinActive = arguments.Number(MinActive, 1, 1, size.Slots),
            WhenEmpty = ReadWhenEmpty(arguments),
        };
        var shape = new PoolShape(size, PoolOptions.ReadSeed(arguments, Identity, SeedOption));
        PoolDirectory.Create(name, PoolContent.Empty(shape, settings));
        if (size.Entries != wish)
        {
            Output.Answer.WriteLine($"M adjusted; {wish} -> {size.Entries}");
        }
        return ExitCode.Fine;
    }

    private static WhenEmpty ReadWhenEmpty(Arguments arguments) =>
        arguments.Text(WhenEmptyOption) is not { } text ? WhenEmpty.NoTarget
        : PoolWords.TryParse(text, out WhenEmpty whenEmpty) ? whenEmpty
        : throw UsageException.BadValue("--when-empty", text, $"must be {PoolWords.WhenEmpties}");
}

using Nfqlb.Cli.CommandLine;
using Nfqlb.Linux.SharedMemory;
using Nfqlb.Maglev;
using Nfqlb.Packets;

namespace Nfqlb.Cli.Commands;

/// <summary>What the commands on pools share.</summary>
internal static class PoolOptions
{
    /// <summary>The pool when none is named.</summary>
    public const string DefaultPool = "nfqlb";

    public static readonly Option Shm = new("shm", "Shared memory") { Default = DefaultPool, Values = ValueSet.Pools };

    public static readonly Option Index = new("index", "Index in the active table (<= N)");

    public static readonly Option Name = new("name", "Name of the target, by which a keyed pool knows it");

    public static readonly Option Weight = new(
        "weight", "Share of each, relative to the others' weights (0 to 65535). Default: as it was, 1 for a new one");

    public static readonly Option Priority = new(
        "priority", "0 is best; others stand by (0 to 65535). Default: as it was, 0 for a new one");

    public static readonly Option State = new(
        "state", "up, drain (no new connections) or down (nothing). Default: as it was, up for a new one");

    /// <summary>A weight or a priority; null where the option was not given.</summary>
    public static ushort? ReadSmall(Arguments arguments, Option option) =>
        arguments.Has(option) ? (ushort)arguments.Number(option, 0, 0, ushort.MaxValue) : null;

    /// <summary>The state; null when it was not given.</summary>
    /// <exception cref="UsageException">It is none.</exception>
    public static TargetState? ReadState(Arguments arguments)
    {
        if (arguments.Text(State) is not { } text)
        {
            return null;
        }
        return PoolWords.TryParse(text, out TargetState state)
            ? state
            : throw UsageException.BadValue("--state", text, $"must be {PoolWords.States}");
    }

    /// <summary>The target's name; null when it was not given.</summary>
    /// <exception cref="UsageException">It is none.</exception>
    public static TargetName? ReadName(Arguments arguments)
    {
        if (arguments.Text(Name) is not { } text)
        {
            return null;
        }
        return TargetName.TryParse(text, out var name, out string reason)
            ? name
            : throw UsageException.BadValue("--name", text, reason);
    }

    /// <summary>The seed of a pool that knows targets by name; null for one that knows them by slot.</summary>
    /// <exception cref="UsageException">One without the other, or it is none.</exception>
    public static HashSeed? ReadSeed(Arguments arguments, Option identity, Option option)
    {
        bool isKeyed = arguments.Text(identity) switch
        {
            null or "slot" => false,
            "name" => true,
            var other => throw UsageException.BadValue("--identity", other, "must be slot or name"),
        };
        string? text = arguments.Text(option);
        if (isKeyed != (text is not null))
        {
            throw new UsageException(isKeyed ? "Missing option [--seed]" : "--seed is for --identity=name");
        }
        if (text is null)
        {
            return null;
        }
        return HashSeed.TryParse(text, out var seed)
            ? seed
            : throw UsageException.BadValue("--seed", text, "must be 32 hexadecimal digits");
    }

    /// <summary>Says so when a target has met another one, and so has not the place that its name alone would give it.
    /// </summary>
    public static void TellDisplaced(PoolName pool, TargetName name)
    {
        if (KeyedPermutations.Displaced(PoolDirectory.Open(pool).ReadContent()).Contains(name))
        {
            Output.Complaint.WriteLine($"[{name}] has met another name in [{pool}], and takes its next choice");
        }
    }

    /// <summary>A command on targets has to say which.</summary>
    /// <exception cref="UsageException">Neither a mark nor --index or --name was given.</exception>
    public static void RequireMarkOrSlot(Command command, Arguments arguments)
    {
        if (arguments.Positionals.Count == 0 && !arguments.Has(Index) && !arguments.Has(Name))
        {
            throw new UsageException($"{command.Name}: a fwmark is missing");
        }
    }

    /// <summary>The slot that --index names; null when it was not given.</summary>
    /// <exception cref="UsageException">The pool has no such slot.</exception>
    public static int? Slot(Arguments arguments, int slots)
    {
        if (!arguments.Has(Index))
        {
            return null;
        }
        int slot = arguments.Number(Index, 0, 0, int.MaxValue);
        return slot < slots ? slot : throw new UsageException("Lookup index too large");
    }
}

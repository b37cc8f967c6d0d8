using Nfqlb.Cli.CommandLine;

namespace Nfqlb.Cli.Commands;

/// <summary>What the commands on pools share.</summary>
internal static class PoolOptions
{
    /// <summary>The pool when none is named.</summary>
    public const string DefaultPool = "nfqlb";

    public static readonly Option Shm = new("shm", "Shared memory");

    public static readonly Option Index = new("index", "Index in the active table (<= N)");

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

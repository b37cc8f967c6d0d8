namespace Nfqlb.Fragments;

/// <summary>What a fragment table holds and has done. Counts since start, but for those that say "now".</summary>
/// <remarks>64 bit. Read shard by shard while packets flow, so the sums are of almost one moment.</remarks>
public record struct FragmentStatistics
{
    /// <summary>Packets remembered.</summary>
    public long Inserts { get; set; }

    /// <summary>Of these, those whose place in the hash table was taken by others.</summary>
    public long Collisions { get; set; }

    /// <summary>Packets forgotten before their time, to make room for newer ones.</summary>
    public long GivenUp { get; set; }

    /// <summary>Fragments that asked for their packet.</summary>
    public long Lookups { get; set; }

    /// <summary>Packets forgotten because their time was over.</summary>
    public long Expired { get; set; }

    /// <summary>Packets that have passed whole.</summary>
    public long Completed { get; set; }

    /// <summary>Packets with fragments that contradict each other.</summary>
    public long Poisoned { get; set; }

    /// <summary>Packets remembered now.</summary>
    public long Entries { get; set; }

    /// <summary>Fragments kept now.</summary>
    public long Stored { get; set; }

    /// <summary>Fragments that could not be kept, or were kept and then given up.</summary>
    public long Discarded { get; set; }

    /// <summary>Of these, those that were kept and gave way to newer ones.</summary>
    public long Displaced { get; set; }

    /// <summary>Fragments that were kept and then sent on their way back to the queue.</summary>
    public long Reinjected { get; set; }

    /// <summary>Fragments that were kept and could not be sent back; lost.</summary>
    public long NotReinjected { get; set; }

    /// <summary>How many figures count since start.</summary>
    public const int RowLength = 11;

    /// <summary>The figures that count since start in one row, for the next balancer.</summary>
    public readonly long[] ToRow() =>
    [
        Inserts, Collisions, GivenUp, Lookups, Expired, Completed, Poisoned, Discarded, Reinjected, NotReinjected,
        Displaced,
    ];

    /// <summary>What <see cref="ToRow"/> gave.</summary>
    public static FragmentStatistics OfRow(ReadOnlySpan<long> row) => new()
    {
        Inserts = row[0],
        Collisions = row[1],
        GivenUp = row[2],
        Lookups = row[3],
        Expired = row[4],
        Completed = row[5],
        Poisoned = row[6],
        Discarded = row[7],
        Reinjected = row[8],
        NotReinjected = row[9],
        Displaced = row[10],
    };

    /// <summary>The two together, field by field.</summary>
    public static FragmentStatistics operator +(in FragmentStatistics a, in FragmentStatistics b) => new()
    {
        Inserts = a.Inserts + b.Inserts,
        Collisions = a.Collisions + b.Collisions,
        GivenUp = a.GivenUp + b.GivenUp,
        Lookups = a.Lookups + b.Lookups,
        Expired = a.Expired + b.Expired,
        Completed = a.Completed + b.Completed,
        Poisoned = a.Poisoned + b.Poisoned,
        Entries = a.Entries + b.Entries,
        Stored = a.Stored + b.Stored,
        Discarded = a.Discarded + b.Discarded,
        Reinjected = a.Reinjected + b.Reinjected,
        NotReinjected = a.NotReinjected + b.NotReinjected,
        Displaced = a.Displaced + b.Displaced,
    };
}

using Nfqlb.Fragments;

namespace Nfqlb.Control;

/// <summary>The state of a fragment table under the keys of nfqlb 1.2.0: as figures in their order, and as JSON.
/// </summary>
public static class FragmentListing
{
    private static readonly (string Key, Func<FragmentTableOptions, FragmentStatistics, long> Figure)[] Rows =
    [
        ("hsize", (options, _) => options.Size),
        ("ttlMillis", (options, _) => options.TtlMilliseconds),
        ("collisions", (_, now) => now.Collisions),
        ("inserts", (_, now) => now.Inserts),
        ("rejected", (_, now) => now.GivenUp),
        ("lookups", (_, now) => now.Lookups),
        ("objGC", (_, now) => now.Expired),
        ("mtu", (options, _) => options.MtuBytes),
        ("bucketsMax", (options, _) => options.ExtraEntries),
        ("bucketsAllocated", (options, now) => Math.Max(0, now.Entries - options.Size)),
        ("bucketsUsed", (_, now) => now.Entries),
        ("fragsMax", (options, _) => options.StoredFragments),
        ("fragsAllocated", (_, now) => now.Stored),
        ("fragsDiscarded", (_, now) => now.Discarded + now.NotReinjected),
        ("reAssembled", (_, now) => now.Completed),
    ];

    /// <summary>How many figures there are.</summary>
    public static int Count => Rows.Length;

    /// <summary>The figures of a table as they stand.</summary>
    public static long[] FiguresOf(FragmentTable table)
    {
        var now = table.ReadStatistics();
        return [.. Rows.Select(row => row.Figure(table.Options, now))];
    }

    /// <summary>The figures with their keys, as JSON in the form of nfqlb 1.2.0.</summary>
    /// <param name="figures">As many as there are keys.</param>
    public static string TextOf(IReadOnlyList<long> figures)
    {
        const int column = -20;
        var lines = Rows.Select((row, i) => $"  {$"\"{row.Key}\":",column}{figures[i]}");
        return $"{{\n{string.Join(",\n", lines)}\n}}\n";
    }
}

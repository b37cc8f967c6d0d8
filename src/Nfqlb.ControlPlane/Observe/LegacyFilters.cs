namespace Nfqlb.ControlPlane.Observe;

/// <summary>What iptables-legacy has in this network namespace.</summary>
internal static class LegacyFilters
{
    private static readonly string[] Listings = ["/proc/net/ip_tables_names", "/proc/net/ip6_tables_names"];

    /// <summary>The tables that are in use, by name. A kernel without them has none.</summary>
    /// <remarks>The rules are not asked for: that alone would make the kernel load tables that nobody uses.</remarks>
    /// <exception cref="IOException">The kernel does not tell.</exception>
    /// <exception cref="UnauthorizedAccessException">It is for root alone to see.</exception>
    public static IReadOnlyList<string> TablesInUse() =>
        [.. Listings.Where(File.Exists).SelectMany(File.ReadLines).Distinct()];
}

using System.Text.RegularExpressions;
using Nfqlb.EndToEnd.Lab;

namespace Nfqlb.EndToEnd.ControlPlane;

/// <summary>All that the control commands may change on a host, as `ip`, `nft` and `ls` list it.</summary>
/// <param name="Rules4">`ip -4 rule`, in the kernel's order.</param>
/// <param name="Rules6">`ip -6 rule`, in the kernel's order.</param>
/// <param name="Routes">Of all tables and both families, sorted.</param>
/// <param name="Nftables">The rule set with its handles, without counters.</param>
/// <param name="Links">Features of links.</param>
/// <param name="Memory">The files of /dev/shm but locks, each with a sum over its bytes.</param>
internal sealed record KernelState(
    string Rules4, string Rules6, string Routes, string Nftables, string Links, string Memory)
{
    /// <summary>Prints the six parts, each behind a line of its own.</summary>
    public const string Script = $"""
        echo == ; ip -4 rule
        echo == ; ip -6 rule
        echo == ; (ip -4 route show table all; ip -6 route show table all) | sort
        echo == ; nft -a -s list ruleset 2>/dev/null
        echo == ; {LinkFeatures.Script}
        echo == ; (cd /dev/shm; find . -type f ! -name '*.lock' | sort | xargs -r md5sum)

        """;

    public IpRules Ipv4 => IpRules.Parse(Rules4);

    public IpRules Ipv6 => IpRules.Parse(Rules6);

    public static KernelState Read(NetworkNamespace host) => Parse(host.Shell(Script).Stdout);

    public static KernelState Parse(string printed)
    {
        string[] parts = [.. $"\n{printed}".Split("\n==").Skip(1).Select(part => part.Trim())];
        Assert.Equal(6, parts.Length);
        return new KernelState(parts[0], parts[1], parts[2], parts[3], parts[4], parts[5]);
    }

    /// <summary>The names of the files of /dev/shm.</summary>
    public IEnumerable<string> Files => Lines(Memory).Select(line => line.Split("./", 2)[1]);

    /// <summary>The routes of a table, without what `ip` adds.</summary>
    public IReadOnlyList<string> RoutesOf(int table) => [.. Lines(Routes)
        .Where(line => $"{line} ".Contains($" table {table} "))
        .Select(line => line.Replace($" table {table}", "").Replace(" pref medium", "").Trim())];

    /// <summary>Where marks lead, and all else, whatever the layout of rules and the history of tables.</summary>
    public string Essence => string.Join('\n', (string[])
    [
        .. Leads("IPv4", Rules4), .. Leads("IPv6", Rules6), Routes,
        Regex.Replace(Nftables, @" ?# handle \d+", ""), Links, .. Files,
    ]);

    /// <summary>Fails, with the part that differs, unless all is as it was.</summary>
    public void MustBe(KernelState before)
    {
        Assert.Equal(before.Rules4, Rules4);
        Assert.Equal(before.Rules6, Rules6);
        Assert.Equal(before.Routes, Routes);
        Assert.Equal(before.Nftables, Nftables);
        Assert.Equal(before.Links, Links);
        Assert.Equal(before.Memory, Memory);
    }

    private static IEnumerable<string> Leads(string family, string listing) =>
    [
        .. IpRules.Parse(listing).Leads.OrderBy(lead => lead.Mark)
            .Select(lead => $"{family} {lead.Mark} {lead.Table} {IpRules.Parse(listing).Walk(lead.Mark).Table}"),
        .. Lines(listing).Where(line => !line.Contains("from all ")).Order(),
    ];

    private static string[] Lines(string text) => text.Split('\n', StringSplitOptions.RemoveEmptyEntries);
}

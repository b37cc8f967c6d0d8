namespace Nfqlb.EndToEnd.Lab;

/// <summary>What this machine has to have for the laboratory. Probed once a run, by doing it.</summary>
internal static class Laboratory
{
    // In a sandbox as the tests have it; everything ends with the script.
    private const string Probe = Sandbox.Furnish + """

        ip netns add probe
        ip link add v0 type veth peer name v1 netns probe
        ip -4 rule add fwmark 1 table 1
        ip -6 rule add fwmark 1 table 1
        iptables -t mangle -A PREROUTING -j NFQUEUE --queue-balance 0:3
        ip6tables -t mangle -A PREROUTING -j NFQUEUE --queue-balance 0:3
        test -r /proc/net/netfilter/nfnetlink_queue
        """;

    private static readonly Lazy<string?> Here = new(() => FindObstacle([]));

    /// <summary>Why the laboratory cannot be built here, or null when it can.</summary>
    public static string? Obstacle => Here.Value;

    /// <summary>Why a command with these words in front of it cannot build one; null when it can.</summary>
    /// <returns>The first step that failed, and what it said, in one line.</returns>
    public static string? FindObstacle(IReadOnlyList<string> entrance)
    {
        CommandResult probe = Command.Run([.. entrance, .. Sandbox.Unshare, "sh", "-euxc", Probe]);
        if (probe.ExitCode == 0)
        {
            return null;
        }
        string[] lines = probe.Stderr.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        int step = Math.Max(0, Array.FindLastIndex(lines, line => line.StartsWith("+ ", StringComparison.Ordinal)));
        return string.Join(": ", lines[step..]).TrimStart('+', ' ');
    }
}

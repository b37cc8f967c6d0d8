namespace Nfqlb.EndToEnd.Lab;

/// <summary>What this machine has to have for the laboratory. Probed once a run, by doing it.</summary>
internal static class Kernel
{
    // Each step names what its failure means. Everything happens in namespaces that end with the script.
    private const string Probe = """
        try() { what=$1; shift; "$@" >/dev/null 2>&1 || { echo "$what"; exit 0; }; }
        try 'no private mounts' mount -t tmpfs tmpfs /dev/shm
        try 'no private mounts' mount -t tmpfs tmpfs /run/netns
        try 'no network namespaces (ip netns add fails)' ip netns add probe
        try 'no veth links' ip link add v0 type veth peer name v1 netns probe
        try 'no policy routing for IPv4' ip -4 rule add fwmark 1 table 1
        try 'no policy routing for IPv6' ip -6 rule add fwmark 1 table 1
        for t in iptables ip6tables; do
            try "no NFQUEUE target for $t" $t -t mangle -A PREROUTING -j NFQUEUE --queue-balance 0:3
        done
        try 'no nfnetlink_queue' test -r /proc/net/netfilter/nfnetlink_queue
        """;

    private static readonly Lazy<string?> Reason = new(FindReason);

    /// <summary>Why the laboratory cannot be built here, or null when it can.</summary>
    public static string? MissingReason => Reason.Value;

    private static string? FindReason()
    {
        string? reason = Environment.IsPrivilegedProcess ? RunProbe() : "needs root";
        if (reason != null)
        {
            Console.WriteLine($"Skipped, as this machine has {reason}");
        }
        return reason;
    }

    private static string? RunProbe()
    {
        try
        {
            CommandResult probe = Command.Run(
                ["unshare", "--net", "--mount", "--pid", "--fork", "--mount-proc", "sh", "-c", Probe]);
            return probe is { ExitCode: 0, Output: "" } ? null : probe.Output.Trim();
        }
        catch (System.ComponentModel.Win32Exception e)
        {
            return $"no unshare: {e.Message}";
        }
    }
}

/// <summary>A test that needs root and this kernel's queues; skipped with the reason where they are missing.</summary>
internal sealed class KernelFactAttribute : FactAttribute
{
    public KernelFactAttribute() => Skip = Kernel.MissingReason;
}

/// <summary>The same for a table of cases.</summary>
internal sealed class KernelTheoryAttribute : TheoryAttribute
{
    public KernelTheoryAttribute() => Skip = Kernel.MissingReason;
}

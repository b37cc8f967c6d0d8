using Nfqlb.EndToEnd.Lab;

namespace Nfqlb.EndToEnd.ControlPlane;

/// <summary>Listens to the kernel's own notices of changes: what has changed and come back is seen too.</summary>
internal static class Quiet
{
    private const string Table = "nfqlb-test-mark";

    /// <summary>Every notice of rules, routes and nftables that the kernel gave while something ran.</summary>
    public static IReadOnlyList<string> NoticesDuring(NetworkNamespace host, Action work)
    {
        BackgroundProcess[] monitors =
        [
            host.Start("ip", "-4", "monitor", "rule", "route"), host.Start("ip", "-6", "monitor", "rule", "route"),
            host.Start("nft", "monitor"),
        ];
        // A change of our own, again and again, until each monitor has told it; another one at the end.
        int turn = 0;
        Eventually.True(
            () =>
            {
                Mark(host, ++turn);
                return monitors.All(monitor => monitor.Stdout.Length > 0);
            },
            "the monitors listening");
        Mark(host, ++turn);
        AwaitMark(monitors, turn);
        int[] before = [.. monitors.Select(monitor => monitor.Stdout.Length)];
        work();
        Mark(host, ++turn);
        AwaitMark(monitors, turn);
        foreach (BackgroundProcess monitor in monitors)
        {
            monitor.Signal(PosixSignalNumber.Terminate);
            monitor.WaitForEnd();
        }
        return [.. monitors.Zip(before, (monitor, length) => monitor.Stdout[length..])
            .SelectMany(text => text.Split('\n', StringSplitOptions.RemoveEmptyEntries))
            .Where(line => !line.Contains(Table) && !line.Contains($" {Priority(turn)}") && !line.Contains(
                $"{Priority(turn)}:") && !line.StartsWith("# new generation"))];
    }

    private static int Priority(int turn) => 31_000 + turn;

    private static void Mark(NetworkNamespace host, int turn) => host.Shell($"""
        ip -4 rule add pref {Priority(turn)} nop; ip -4 rule del pref {Priority(turn)}
        ip -6 rule add pref {Priority(turn)} nop; ip -6 rule del pref {Priority(turn)}
        nft add table ip {Table}-{turn}; nft delete table ip {Table}-{turn}
        """);

    private static void AwaitMark(BackgroundProcess[] monitors, int turn) => Eventually.True(
        () => monitors[..2].All(monitor => monitor.Stdout.Contains($"Deleted {Priority(turn)}:"))
            && monitors[2].Stdout.Contains($"delete table ip {Table}-{turn}\n"),
        "the end of the notices");
}

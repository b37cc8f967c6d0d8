using System.Text.Json;
using Nfqlb.EndToEnd.Lab;

namespace Nfqlb.EndToEnd.Packets;

/// <summary>Counts what arrives at each target of a testbed.</summary>
internal sealed class TargetCaptures : IDisposable
{
    private readonly BackgroundProcess[] _captures;

    private TargetCaptures(IEnumerable<BackgroundProcess> captures) => _captures = [.. captures];

    /// <summary>Returns when every packet from now on is seen.</summary>
    /// <param name="packetLog">Where the capture of a target writes a line for each packet, if at all.</param>
    public static TargetCaptures Start(Testbed testbed, Func<Target, string>? packetLog = null) =>
        Start(testbed.Targets, packetLog);

    /// <summary>The same of hosts that are no testbed's.</summary>
    public static TargetCaptures Start(IEnumerable<Target> targets, Func<Target, string>? packetLog = null)
    {
        var captures = new TargetCaptures(targets.Select(target => target.Host.Start(
        [
            Executables.Traffic, "capture", $"--dev={Testbed.Uplink}",
            .. packetLog == null ? (string[])[] : [$"--packets={packetLog(target)}"],
        ])));
        foreach (BackgroundProcess capture in captures._captures)
        {
            capture.WaitForOutput("ready\n");
        }
        return captures;
    }

    /// <summary>Ends the captures. What had reached a target's link by now is in the result.</summary>
    public Arrivals Stop()
    {
        foreach (BackgroundProcess capture in _captures)
        {
            capture.Signal(PosixSignalNumber.Terminate);
        }
        return new Arrivals([.. _captures.Select(capture => Parse(capture.WaitForEnd().MustSucceed()))]);
    }

    /// <summary>Ends what still runs, so that the next captures have the files for themselves.</summary>
    public void Dispose()
    {
        foreach (BackgroundProcess capture in _captures.Where(capture => !capture.HasEnded))
        {
            capture.Stop();
        }
    }

    // "ready", then a line "flow-index packets" for each flow that was seen, then a summary in JSON.
    private static TargetArrivals Parse(CommandResult capture)
    {
        string[] lines = capture.Stdout.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        JsonElement summary = JsonDocument.Parse(lines[^1]).RootElement;
        Assert.Equal(0, summary.GetProperty("dropped").GetInt64()); // lost in counting: the test would prove nothing
        return new TargetArrivals(
            lines[1..^1].Select(line => line.Split(' ')).ToDictionary(f => int.Parse(f[0]), f => int.Parse(f[1])),
            summary.GetProperty("duplicates").GetInt64());
    }
}

/// <summary>The injected packets that one target has seen.</summary>
/// <param name="PacketsByFlow">Only of flows that were seen.</param>
internal sealed record TargetArrivals(IReadOnlyDictionary<int, int> PacketsByFlow, long Duplicates);

/// <summary>The injected packets that the targets have seen, in the order of the targets.</summary>
internal sealed record Arrivals(IReadOnlyList<TargetArrivals> ByTarget)
{
    public long Total => ByTarget.Sum(target => target.PacketsByFlow.Values.Sum(count => (long)count));
}

using System.Text.Json;
using Nfqlb.Cli.CommandLine;
using Nfqlb.Cli.Control;
using Nfqlb.Flows;
using Nfqlb.Linux;

namespace Nfqlb.Cli.Health;

/// <summary>The balancer that answers at the control address.</summary>
/// <param name="Process">Who it is; null when that cannot be seen.</param>
/// <param name="Flows">Its flows, in their order.</param>
/// <param name="Packets">That it was given by the kernel; null for nfqlb 1.2.0, which does not count them.</param>
/// <param name="Hindrances">Why it does not do its work, by its own account; null for one that does not say.</param>
/// <param name="MarkMask">The bits of marks that it writes.</param>
internal sealed record RunningBalancer(
    LocalProcess? Process, IReadOnlyList<Flow> Flows, long? Packets, IReadOnlyList<string>? Hindrances = null,
    MarkMask MarkMask = default)
{
    /// <summary>Asks it; null when nobody answers.</summary>
    /// <exception cref="UsageException">What answers is no balancer, or does not answer in time.</exception>
    public static RunningBalancer? Find() =>
        ControlClient.IsServed(out var process) && SocketFlowControl.Ask() is { } flows
            ? new RunningBalancer(
                process, flows, AskPackets(), AskHindrances(),
                (SettingsListing.Ask() ?? SettingsListing.Default).MarkMask)
            : null;

    private static List<string>? AskHindrances()
    {
        string? answer = ControlClient.TryAsk(new ControlRequest { Action = "health" });
        if (answer is null || !answer.StartsWith('{'))
        {
            return null;
        }
        using var document = JsonDocument.Parse(answer);
        var lines = new List<string>();
        foreach (var line in document.RootElement.GetProperty("hindrances").EnumerateArray())
        {
            lines.Add(line.GetString()!);
        }
        return lines;
    }

    private static long? AskPackets()
    {
        string? answer = ControlClient.TryAsk(new ControlRequest { Action = "counters" });
        if (answer is null || !answer.StartsWith('{'))
        {
            return null;
        }
        using var document = JsonDocument.Parse(answer);
        long packets = 0;
        foreach (var queue in document.RootElement.GetProperty("queues").EnumerateArray())
        {
            packets += queue.GetProperty("packets").GetInt64();
        }
        return packets;
    }
}

using System.Diagnostics;
using System.Text.Json;
using Nfqlb.PathBench.Lab;

namespace Nfqlb.PathBench.Measuring;

/// <summary>The client: UDP packets of many or few connections, spread evenly over the flows.</summary>
internal sealed class Generator
{
    private readonly Process _process;

    /// <summary>Starts to send.</summary>
    public Generator(string traffic, Scenario scenario, Load load, TimeSpan duration, int core)
    {
        string[] rate = load.PacketsPerSecond() is { } perSecond ? [$"--rate={perSecond}"] : [];
        string[] payload = scenario.Traffic.PayloadBytes() is { } bytes ? [$"--payload={bytes}"] : [];
        _process = Command.Start(
            "ip",
            [
                "netns", "exec", Network.Client, "taskset", "-c", $"{core}", traffic, "inject",
                $"--dev={Network.ToBalancer}", $"--mac={Network.BalancerStation}",
                $"--dst={Scenario.FirstVirtualIp}", $"--dst-count={scenario.Flows}", $"--dport={Scenario.Port}",
                $"--flows={scenario.Traffic.Connections()}",
                $"--seconds={duration.TotalSeconds:F2}",
                .. rate, .. payload,
            ]);
    }

    /// <summary>Waits for its end.</summary>
    /// <returns>How many packets it has sent, or tried to: under overload the kernel refuses some at once.</returns>
    public long Finish()
    {
        var errors = _process.StandardError.ReadToEndAsync();
        string output = _process.StandardOutput.ReadToEnd();
        _process.WaitForExit();
        _process.Dispose();
        if (output.Length == 0)
        {
            throw new BenchException($"the generator failed: {errors.Result}");
        }
        using var summary = JsonDocument.Parse(output);
        long Number(string name) => summary.RootElement.GetProperty(name).GetInt64();
        return Number("sent") + Number("errors");
    }
}

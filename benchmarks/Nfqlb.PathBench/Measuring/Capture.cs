using System.Diagnostics;
using Nfqlb.PathBench.Lab;

namespace Nfqlb.PathBench.Measuring;

/// <summary>Notes at the targets how long each packet was under way.</summary>
internal sealed class Capture : IDisposable
{
    private readonly string _file = $"/run/packets-{Guid.NewGuid():N}";
    private readonly Process _process;

    /// <summary>Starts; from here on no packet is missed.</summary>
    public Capture(string traffic)
    {
        _process = Command.Start(
            "ip", "netns", "exec", Network.Targets, "taskset", "-c", $"{Cores.Generator}", traffic, "capture",
            $"--dev={Network.ToBalancer}", $"--packets={_file}", "--summary", "--until-idle=100");
        if (_process.StandardOutput.ReadLine() != "ready")
        {
            throw new BenchException($"capture: {_process.StandardError.ReadToEnd()}");
        }
    }

    /// <summary>Waits until nothing more comes.</summary>
    public Latencies Finish()
    {
        Command.Finish(_process);
        // Lines of: flow sequence sent received, both in nanoseconds since 1970.
        return new Latencies(File.ReadLines(_file).Select(line =>
        {
            string[] columns = line.Split(' ');
            return (long.Parse(columns[3]) - long.Parse(columns[2])) / 1000.0;
        }));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _process.Dispose();
        File.Delete(_file);
    }
}

/// <summary>How long packets were under way.</summary>
internal sealed class Latencies
{
    private readonly double[] _sorted;

    /// <summary>Takes microseconds in any order.</summary>
    public Latencies(IEnumerable<double> microseconds)
    {
        _sorted = [.. microseconds.Order()];
        if (_sorted.Length == 0)
        {
            throw new BenchException("no packet came through");
        }
    }

    /// <summary>The value that this share of packets does not exceed.</summary>
    public double Quantile(double share) => _sorted[(int)(share * (_sorted.Length - 1))];
}

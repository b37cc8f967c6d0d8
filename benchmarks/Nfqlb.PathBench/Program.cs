using System.Runtime.InteropServices;
using Nfqlb.PathBench;
using Nfqlb.PathBench.Lab;
using Nfqlb.PathBench.Results;

// `--report FILE` measures nothing: it writes tables and picture anew from the samples of an earlier run. Otherwise
// benchmarks/path.sh starts this, as the first process in namespaces that end with it.
if (args is not (["--report", _] or [_]))
{
    Console.Error.WriteLine("run `make bench`, or with --report benchmarks/results/latest.json");
    return 2;
}
try
{
    return args is ["--report", var recorded] ? WriteAnew(recorded) : Measure(args[0]);
}
catch (Exception e) when (e is BenchException or IOException or UnauthorizedAccessException)
{
    Console.Error.WriteLine($"\nbench: {e.Message}");
    return 1;
}

static int WriteAnew(string recorded)
{
    Report.Write(Json.Read(File.ReadAllText(recorded)), Path.GetDirectoryName(Path.GetFullPath(recorded))!);
    return 0;
}

static int Measure(string root)
{
    // The first process of a namespace gets no signal that it has not asked for.
    using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, _ => Environment.Exit(130));
    using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, _ => Environment.Exit(143));

    string? only = Environment.GetEnvironmentVariable("ONLY") is { Length: > 0 } name ? name : null;
    var plan = (Environment.GetEnvironmentVariable("QUICK") is "1" ? Plan.Quick : Plan.Full).Only(only);
    if (plan.Points.Count == 0)
    {
        throw new BenchException($"ONLY='{only}': no scenario has this in its name");
    }
    string? reference = Environment.GetEnvironmentVariable("NFQLB_REFERENCE") is { Length: > 0 } path
        ? Path.GetFullPath(path)
        : null;
    var results = Bench.Run(plan, root, reference, new Progress());
    // A part is no report of the whole.
    Report.Write(results, Path.Combine(root, only is null ? "benchmarks/results" : "out/bench"));
    return 0;
}

using System.Runtime.InteropServices;
using Nfqlb.PathBench;
using Nfqlb.PathBench.Lab;
using Nfqlb.PathBench.Results;

// Started by benchmarks/path.sh, as the first process in namespaces that end with it.
if (args is not [var root])
{
    Console.Error.WriteLine("run `make bench`");
    return 2;
}

// The first process of a namespace gets no signal that it has not asked for.
using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, _ => Environment.Exit(130));
using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, _ => Environment.Exit(143));

var plan = Environment.GetEnvironmentVariable("QUICK") is "1" ? Plan.Quick : Plan.Full;
string? reference = Environment.GetEnvironmentVariable("NFQLB_REFERENCE") is { Length: > 0 } path
    ? Path.GetFullPath(path)
    : null;
try
{
    var results = Bench.Run(plan, root, reference, new Progress());
    Report.Write(results, Path.Combine(root, "benchmarks", "results"));
    return 0;
}
catch (BenchException e)
{
    Console.Error.WriteLine($"\nbench: {e.Message}");
    return 1;
}

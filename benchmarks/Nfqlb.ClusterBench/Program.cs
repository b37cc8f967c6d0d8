using System.Diagnostics;
using Nfqlb.ClusterBench;
using Nfqlb.Kubernetes.Tests.Api;
using Nfqlb.Maglev;

// Beside the balancer that is measured: PODS, CHANGES a second, FOR so many seconds, REPLACED per cent of the changes,
// ENTRIES of the table, SEED: all have a default.
var settings = Environment.GetEnvironmentVariables();
int Of(string name, int usual) => settings[name] is string { Length: > 0 } text ? int.Parse(text) : usual;
int pods = Of("PODS", 10_000), changes = Of("CHANGES", 500), seconds = Of("FOR", 60);
int replaced = Of("REPLACED", 0), entries = Of("ENTRIES", 10 * pods), seed = Of("SEED", Environment.TickCount);
Console.WriteLine($"{pods} endpoints, {changes} changes a second for {seconds} s, {replaced} % of them pods that are "
    + $"replaced, a table of {entries} entries, seed {seed}");

await using var api = new ScriptedApi { MostHappenings = 1000 };
await api.StartAsync();
var cluster = new Pods(api, pods);
var watched = new Watched(new PoolName("shop"));
long start = Stopwatch.GetTimestamp();
using var serving = new Serving(args.Single(), api.Address, pods, entries);
while (watched.Look()?.Count != pods)
{
    await Task.Delay(50);
    if (Stopwatch.GetElapsedTime(start) > TimeSpan.FromMinutes(3))
    {
        Console.WriteLine(serving.Log);
        return 1;
    }
}
Console.WriteLine($"all in force after {Stopwatch.GetElapsedTime(start).TotalSeconds:0.0} s, CPU "
    + $"{serving.CpuTime.TotalSeconds:0.0} s, {serving.Resident:0} MB");
await Task.Delay(TimeSpan.FromSeconds(Of("REST", 3)));

var random = new Random(seed);
var (began, cpu, done) = (Stopwatch.GetTimestamp(), serving.CpuTime, 0);
var (toldAt, toldCpu, toldDone) = (began, cpu, 0);
while (Stopwatch.GetElapsedTime(began) is var passed && passed.TotalSeconds < seconds)
{
    for (int due = (int)(passed.TotalSeconds * changes); done < due; done++)
    {
        var (pod, state) = cluster.Change(random, random.Next(100) < replaced);
        watched.Await(pod, state);
    }
    watched.Note();
    await Task.Delay(5);
    if (Stopwatch.GetElapsedTime(toldAt).TotalSeconds >= 10)
    {
        double load = (serving.CpuTime - toldCpu) / Stopwatch.GetElapsedTime(toldAt) * 100;
        Console.WriteLine($"{passed.TotalSeconds,5:0} s {done - toldDone,6} changes {load,5:0.0} % of a core "
            + $"{serving.Resident,5:0} MB {watched.Tables,5} tables, {watched.Waiting} wait");
        (toldAt, toldCpu, toldDone) = (Stopwatch.GetTimestamp(), serving.CpuTime, done);
    }
}
double used = (serving.CpuTime - cpu) / Stopwatch.GetElapsedTime(began) * 100;
for (var end = Stopwatch.GetTimestamp(); watched.Waiting > 0 && Stopwatch.GetElapsedTime(end).TotalSeconds < 5;)
{
    watched.Note();
    await Task.Delay(5);
}
var there = watched.Look()!;
bool isRight = there.Count == cluster.States.Count
    && cluster.States.All(one => there.GetValueOrDefault(one.Key) == one.Value);
double[] sorted = [.. watched.Latencies.Order()];
string At(double share) => sorted.Length == 0 ? "-" : $"{sorted[(int)(share * (sorted.Length - 1))] * 1000:0} ms";
Console.WriteLine($"{done} changes, {watched.Tables} tables; a change is in force after {At(0.5)} (median), "
    + $"{At(0.99)} (99 of 100), {At(1)} (all); {used:0.0} % of a core; {serving.Resident:0} MB; "
    + (isRight ? "the table is right at the end" : "THE TABLE IS WRONG AT THE END"));
if (Of("TELL", 0) > 0)
{
    Console.WriteLine(serving.Log);
}
return isRight ? 0 : 1;

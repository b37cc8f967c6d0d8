using Nfqlb.PathBench.Contenders;
using Nfqlb.PathBench.Lab;
using Nfqlb.PathBench.Measuring;
using Nfqlb.PathBench.Results;

namespace Nfqlb.PathBench;

/// <summary>Measures a plan, round by round.</summary>
/// <remarks>
/// A round measures everything once, so that whatever changes on the machine meanwhile meets all contenders and all
/// scenarios alike, and ratios are taken within a round. For that all contenders of all scenarios run all the time,
/// each on queues of its own, asleep until the traffic comes their way.
/// </remarks>
internal static class Bench
{
    /// <summary>Sets up, measures, and takes down.</summary>
    /// <exception cref="BenchException">It cannot go on.</exception>
    public static RunResult Run(Plan plan, string root, string? reference, Progress progress)
    {
        string output = Path.Combine(root, "out");
        var contenders = Contenders(output, reference);
        string machine = $"{Machine.Describe()}, {Machine.BusyShare():P0} busy with other things at the start";
        progress.Note($"{machine}\n{plan.Rounds} rounds of {plan.Window.TotalSeconds} s per contender and scenario");

        using var network = new Network(plan.MostTargets);
        using var stage = new Stage(contenders, plan.Points.Select(point => point.Scenario), progress);
        var rules = new MarkRules(Path.Combine(output, "nfqlb"), plan.MostTargets);
        var meter = new Meter(network, Path.Combine(output, "traffic"), plan.Window);
        var results = new RunResult(machine, DateTime.UtcNow, plan,
            [.. contenders.Select(contender => new Participant(contender.Name, contender.Description))]);
        for (int round = 1; round <= plan.Rounds; round++)
        {
            // There and back, so that none always has the same one before it.
            IContender[] order = [.. round % 2 == 0 ? contenders.AsEnumerable().Reverse() : contenders];
            foreach (var (scenario, loads) in plan.Points)
            {
                rules.Use(scenario.Targets, scenario.Layout);
                foreach (var load in loads)
                {
                    foreach (var contender in order.Where(contender => contender.Takes(scenario)))
                    {
                        progress.Now($"round {round} of {plan.Rounds}   {scenario}, {load}: {contender.Name}");
                        var sample = meter.Measure(scenario, stage[contender, scenario], load);
                        results.Add(scenario, load, contender.Name, sample);
                    }
                }
            }
            progress.Note($"round {round} of {plan.Rounds} done   {results.Headline(round - 1)}");
        }
        Steering.ToNobody();
        return results;
    }

    private static List<IContender> Contenders(string output, string? reference)
    {
        var contenders = new List<IContender>
        {
            new Kernel(),
            new KernelProgram(
                RunResult.FastPath, "this repository's flowlb with --fast-path: decided in the kernel, then forwarded",
                Path.Combine(output, "nfqlb"), "route"),
            new KernelProgram(
                RunResult.Redirect, "the same with --fast-path-exit=redirect: sent straight to the target's link",
                Path.Combine(output, "nfqlb"), "redirect"),
            new Loop(
                RunResult.Ceiling, "C loop: one receive and one send per batch; classifies nothing",
                Path.Combine(output, "bench-ceiling")),
            new Balancer(RunResult.Ours, "this repository's flowlb", Path.Combine(output, "nfqlb"), isOurs: true),
            new Loop(
                RunResult.Floor, "C loop: one receive and one verdict per packet; classifies nothing",
                Path.Combine(output, "bench-floor")),
        };
        if (reference is not null)
        {
            contenders.Add(new Balancer("reference", "the flowlb of NFQLB_REFERENCE", reference, isOurs: false));
        }
        return contenders;
    }
}

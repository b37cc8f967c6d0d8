using Nfqlb.PathBench.Measuring;

namespace Nfqlb.PathBench.Results;

/// <summary>What a setting of the operator makes of the CPU time of a packet. Nothing is asked of it.</summary>
internal static class Lever
{
    /// <summary>A row each: the ratio, taken within rounds, for each contender that is a process.</summary>
    public static Table Table(RunResult results)
    {
        string[] contenders = [RunResult.Floor, RunResult.Ceiling, RunResult.Ours];
        var table = new Table(["CPU time per packet", .. contenders, $"{RunResult.Ours}: min – max"]);
        Add(
            "bulk UDP put together by the link, × one by one",
            Plan.Base with { Traffic = Traffic.BulkTogether }, Plan.Base with { Traffic = Traffic.Bulk });
        Add(
            "on the core that receives, × on any core",
            Plan.Base with { Place = WorkerPlace.Receiving }, Plan.Base with { Place = WorkerPlace.Anywhere });
        return table;

        void Add(string text, Scenario with, Scenario without)
        {
            Spread? Of(string contender) => results.Ratio(
                (with, contender), (without, contender), Load.Steady, sample => sample.ProcessMicroseconds);
            if (Of(RunResult.Ours) is { } ours)
            {
                table.Add(
                [
                    text, .. contenders.Select(contender => Of(contender)?.Median.ToString("0.00") ?? "–"),
                    $"{ours.Min:0.00} – {ours.Max:0.00}",
                ]);
            }
        }
    }
}

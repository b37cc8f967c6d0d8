using Nfqlb.Cli.Hosting;
using Nfqlb.Planning.Model;

namespace Nfqlb.Cli.Apply;

/// <summary>The steps from what is to what is wanted, in the order in which nothing is lost.</summary>
internal sealed class Plan
{
    /// <summary>A worker may be in the middle of a batch that it decides by the old tables, and a packet between its
    /// verdict and its route. And the fragments of a packet follow the first one, for 200 ms unless `--ft_ttl` says
    /// otherwise.</summary>
    private static readonly TimeSpan TimeToRoute = TimeSpan.FromMilliseconds(250);

    private Plan(IEnumerable<Step> steps) => Steps = [.. steps.OrderBy(step => step.Stage)];

    /// <summary>None when nothing is to be done.</summary>
    public IReadOnlyList<Step> Steps { get; }

    /// <summary>What is wanted and has to wait, a line each: for links that are gone.</summary>
    public IReadOnlyList<string> Warnings { get; private init; } = [];

    /// <summary>What changes, as a diff.</summary>
    public IEnumerable<string> Lines => Steps.SelectMany(step => step.Lines);

    /// <summary>Compares what is wanted with what is. Changes nothing.</summary>
    /// <param name="before">What was wanted until now: what of it is wanted no more is taken away.</param>
    /// <param name="wanted">What is wanted from now on.</param>
    /// <param name="extent">How much of it is compared.</param>
    /// <param name="slots">Which slots of pools; by default all that the extent is about.</param>
    public static Plan Between(
        IReadOnlyList<DesiredState> before, DesiredState wanted, Extent extent, SlotScope? slots = null)
    {
        var steps = new List<Step>();
        var warnings = new List<string>();
        if (extent.HasFlag(Extent.Targets))
        {
            bool isWhole = extent.HasFlag(Extent.FlowsAndPools);
            steps.AddRange(TargetRouting.Compare(before, wanted, warnings));
            steps.AddRange(PoolTables.Compare(
                before, wanted, isWhole ? SlotScope.WholePools : slots ?? SlotScope.AllTargets));
        }
        if (extent.HasFlag(Extent.FlowsAndPools))
        {
            steps.AddRange(RunningFlows.Compare(wanted));
        }
        if (extent.HasFlag(Extent.Vips))
        {
            steps.AddRange(VipQueues.Compare(wanted));
            steps.AddRange(EgressRouting.Compare(wanted));
        }
        return new Plan(steps) { Warnings = warnings };
    }

    /// <summary>Carries all steps out.</summary>
    /// <exception cref="SystemCallException">The kernel refused one; those behind it were not tried.</exception>
    public void Carry()
    {
        var settling = TimeSpan.Zero;
        foreach (var step in Steps)
        {
            if (step.Stage >= Stage.DeleteRules && settling > TimeSpan.Zero)
            {
                Thread.Sleep(settling);
                settling = TimeSpan.Zero;
            }
            step.Carry();
            settling = TimeSpan.FromTicks(Math.Max(settling.Ticks, SettlingOf(step).Ticks));
        }
    }

    /// <summary>How long packets may still go the old way afterwards.</summary>
    private static TimeSpan SettlingOf(Step step) => step switch
    {
        { IsNoticedLate: true } => 2 * PoolWatch.Interval,
        { Stage: Stage.Pools or Stage.DeleteFlows } => TimeToRoute,
        _ => TimeSpan.Zero,
    };
}

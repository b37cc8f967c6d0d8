using System.Text;
using Microsoft.AspNetCore.Http;
using Nfqlb.Cli.CommandLine;
using Nfqlb.Cli.Control;
using Nfqlb.Cli.Hosting;
using Nfqlb.Cli.Metrics;

namespace Nfqlb.Cli.Http;

/// <summary>What there is to see of a balancer over HTTP, by path.</summary>
internal sealed class BalancerPages
{
    private const string JsonType = "application/json; charset=utf-8";

    private readonly Balancer _balancer;
    private readonly CounterListing _counters;
    private readonly FlowChanges _changes;
    private readonly ControlTally _tally;
    private readonly Dictionary<string, SharedPage> _pages;

    /// <summary>Pages that are made when somebody asks.</summary>
    /// <param name="balancer">The balancer.</param>
    /// <param name="counters">What became of its packets.</param>
    /// <param name="changes">Changes its flows.</param>
    /// <param name="tally">Requests at its control socket.</param>
    public BalancerPages(Balancer balancer, CounterListing counters, FlowChanges changes, ControlTally tally)
    {
        (_balancer, _counters, _changes, _tally) = (balancer, counters, changes, tally);
        _pages = new Dictionary<string, SharedPage>
        {
            ["/metrics"] = new(MakeMetrics, TimeProvider.System),
            ["/healthz"] = new(MakeHealth, TimeProvider.System),
            ["/readyz"] = new(MakeReadiness, TimeProvider.System),
            ["/state"] = new(MakeState, TimeProvider.System),
        };
    }

    /// <summary>The page of a path; null where there is none.</summary>
    public SharedPage? Find(string path) => _pages.GetValueOrDefault(path);

    private HttpPage MakeMetrics()
    {
        _counters.Gather();
        string text = Exposition.Of(
        [
            .. ProcessMetrics.Of(_balancer.Health),
            .. QueueMetrics.Of(_balancer.Workers, _balancer.Health),
            .. PacketMetrics.Of(_balancer.Workers, _balancer.KernelPath),
            .. FragmentMetrics.Of(_balancer.Fragments),
            .. FlowMetrics.Of(_balancer.Flows.Current, _changes),
            .. PoolMetrics.Of(_balancer.Flows, _balancer.Pools),
            .. DrainMetrics.Of(_counters.Drains!, _balancer.Workers),
            .. FastPathMetrics.Of(_balancer.KernelPath),
            .. ControlMetrics.Of(_tally),
        ]);
        return new HttpPage(StatusCodes.Status200OK, Exposition.ContentType, Encoding.UTF8.GetBytes(text));
    }

    private HttpPage MakeHealth() => Answer(_balancer.Health.Report().Faults);

    private HttpPage MakeReadiness() => Answer(_balancer.Health.Report().Hindrances);

    private HttpPage MakeState()
    {
        var state = new StateListing(_balancer, _counters);
        return new HttpPage(StatusCodes.Status200OK, JsonType, Encoding.UTF8.GetBytes(JsonText.Of(state.Write) + '\n'));
    }

    /// <summary>A line a reason, or `ok`.</summary>
    private static HttpPage Answer(IReadOnlyList<string> reasons) => reasons.Count == 0
        ? HttpPage.Plain(StatusCodes.Status200OK, "ok\n")
        : HttpPage.Plain(StatusCodes.Status503ServiceUnavailable, string.Join('\n', reasons) + '\n');
}

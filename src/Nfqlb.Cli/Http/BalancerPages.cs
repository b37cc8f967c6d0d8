using System.Text;
using Microsoft.AspNetCore.Http;
using Nfqlb.Cli.CommandLine;
using Nfqlb.Cli.Control;
using Nfqlb.Cli.Hosting;
using Nfqlb.Cli.Metrics;

namespace Nfqlb.Cli.Http;

/// <summary>What there is to see of a balancer over HTTP, by path.</summary>
/// <param name="balancer">The balancer.</param>
/// <param name="counters">What became of its packets.</param>
/// <param name="changes">Changes its flows.</param>
/// <param name="tally">Requests at its control socket.</param>
internal sealed class BalancerPages(
    Balancer balancer, CounterListing counters, FlowChanges changes, ControlTally tally)
{
    private const string JsonType = "application/json; charset=utf-8";

    /// <summary>Makes the page of a path; null where there is none.</summary>
    public Func<HttpPage>? Find(string path) => path switch
    {
        "/metrics" => MakeMetrics,
        "/healthz" => MakeHealth,
        "/readyz" => MakeReadiness,
        "/state" => MakeState,
        _ => null,
    };

    private HttpPage MakeMetrics()
    {
        counters.Gather();
        string text = Exposition.Of(
        [
            .. ProcessMetrics.Of(balancer.Health),
            .. QueueMetrics.Of(balancer.Workers, balancer.Health),
            .. PacketMetrics.Of(balancer.Workers, balancer.KernelPath),
            .. FragmentMetrics.Of(balancer.Fragments),
            .. FlowMetrics.Of(balancer.Flows.Current, changes),
            .. PoolMetrics.Of(balancer.Flows, balancer.Pools),
            .. FastPathMetrics.Of(balancer.KernelPath),
            .. ControlMetrics.Of(tally),
        ]);
        return new HttpPage(StatusCodes.Status200OK, Exposition.ContentType, Encoding.UTF8.GetBytes(text));
    }

    private HttpPage MakeHealth() => Answer(balancer.Health.Report().Faults);

    private HttpPage MakeReadiness() => Answer(balancer.Health.Report().Hindrances);

    private HttpPage MakeState()
    {
        var state = new StateListing(balancer, counters);
        return new HttpPage(StatusCodes.Status200OK, JsonType, Encoding.UTF8.GetBytes(JsonText.Of(state.Write) + '\n'));
    }

    /// <summary>A line a reason, or `ok`.</summary>
    private static HttpPage Answer(IReadOnlyList<string> reasons) => reasons.Count == 0
        ? HttpPage.Plain(StatusCodes.Status200OK, "ok\n")
        : HttpPage.Plain(StatusCodes.Status503ServiceUnavailable, string.Join('\n', reasons) + '\n');
}

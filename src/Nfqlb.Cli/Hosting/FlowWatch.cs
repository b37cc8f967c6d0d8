using Microsoft.Extensions.Hosting;
using Nfqlb.Flows;

namespace Nfqlb.Cli.Hosting;

/// <summary>Lays many flows out anew in memory when they have stood still for a while.</summary>
/// <param name="flows">The flows to look at.</param>
internal sealed class FlowWatch(FlowTable flows) : BackgroundService
{
    /// <summary>How often; also how long they must have stood still.</summary>
    public static readonly TimeSpan Period = TimeSpan.FromSeconds(1);

    /// <summary>Fewer stay in the cache however they lie.</summary>
    public const int Many = 1_000;

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stopping)
    {
        using var timer = new PeriodicTimer(Period);
        FlowSet? seen = null;
        while (await timer.WaitForNextTickAsync(stopping))
        {
            var current = flows.Current;
            if (current == seen && !current.IsCompact && current.Count >= Many)
            {
                flows.Compact();
            }
            seen = current;
        }
    }
}

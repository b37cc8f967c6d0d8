using System.Globalization;
using Nfqlb.Maglev;
using Nfqlb.Planning.Objects;

namespace Nfqlb.Cli.Top;

/// <summary>Rates as lines of `key=value`, for programs. `KEY/s` is a rate, `KEY` a count so far.</summary>
internal static class PlainLines
{
    private const string Unknown = "-";

    /// <summary>A line of sums, then one a queue, one a pool that drains, one a target, one a flow.</summary>
    public static IEnumerable<string> Of(Rates rates)
    {
        yield return Text($"top seconds={rates.Seconds:F3} packets/s={rates.Packets.PerSecond:F1}")
            + Text($" balanced/s={rates.Balanced.PerSecond:F1}")
            + Both("no_flow", rates.NoFlow) + Both("no_target", rates.NoTarget) + Both("unparsable", rates.Unparsable);
        foreach (var queue in rates.Queues)
        {
            yield return Text($"queue number={queue.Number} packets/s={queue.Packets.PerSecond:F1}")
                + Text($" backlog={(queue.Backlog is { } waiting ? waiting.ToString() : Unknown)}")
                + Both("dropped", queue.Dropped)
                + Both("queue_full", queue.QueueFull) + Both("socket_full", queue.SocketFull);
        }
        if (rates.Drain is { } drain)
        {
            yield return Text($"drains connections={drain.Connections} evicted={drain.Evicted}");
            foreach (var pool in drain.Pools)
            {
                yield return Text($"drain pool={pool.Pool} entries={pool.Entries} of={pool.Of}")
                    + Text($" seconds_left={pool.SecondsLeft:F1}");
            }
        }
        foreach (var rate in rates.Targets)
        {
            var target = rate.Target;
            yield return Text($"target pool={target.Pool} name={target.Name ?? Unknown} slot={target.Slot}")
                + Text($" mark={target.Mark} packets/s={rate.Packets.PerSecond:F1}")
                + Text($" share={Percent(rate.Share)} ideal={Percent(target.Share)}") + HealthOf(target.Verdict);
        }
        foreach (var rate in rates.Flows)
        {
            yield return Text($"flow name={rate.Flow.Name} pool={rate.Flow.Pool}")
                + Text($" packets/s={rate.Packets.PerSecond:F1}");
        }
    }

    private static string Both(string name, Counted? counted) => counted is { } known
        ? Text($" {name}={known.Total} {name}/s={known.PerSecond:F1}")
        : $" {name}={Unknown} {name}/s={Unknown}";

    /// <summary>Nothing of one that is not checked. The error, which has blanks in it, comes last.</summary>
    private static string HealthOf(TargetVerdict? verdict) => verdict is null ? "" :
        $" health={PoolWords.Of(verdict.Health)} since={verdict.Since?.Replace(' ', 'T') ?? Unknown}"
        + Text($" weight_share={verdict.Ramp.Share}")
        + Text($" check_ms={(verdict.Latency is { } took ? Text($"{took.TotalMilliseconds:F1}") : Unknown)}")
        + (verdict.Error.Length > 0 ? $" error={PlainText.Visible(verdict.Error)}" : "");

    private static string Percent(double? share) => share is { } part ? Text($"{100 * part:F2}%") : Unknown;

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}

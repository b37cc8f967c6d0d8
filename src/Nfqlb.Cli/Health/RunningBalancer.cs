using System.Globalization;
using System.Text.Json;
using Nfqlb.Cli.CommandLine;
using Nfqlb.Cli.Control;
using Nfqlb.Control;
using Nfqlb.ControlPlane.Host;
using Nfqlb.Flows;
using Nfqlb.Linux;
using Nfqlb.Maglev;
using Nfqlb.Planning.Model;
using Nfqlb.Planning.Objects;

namespace Nfqlb.Cli.Health;

/// <summary>The balancer that answers at the control address.</summary>
internal sealed class RunningBalancer : IBalancer
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    /// <inheritdoc/>
    public string Address => ControlSocket.Text;

    /// <inheritdoc/>
    public BalancerState? Look()
    {
        try
        {
            if (!ControlSocket.Client.IsServed(out var process))
            {
                return null;
            }
            if (process is not null && LocalProcess.IsStopped(process.Id))
            {
                throw new BalancerException($"the balancer (pid {process.Id}) is stopped");
            }
            return InTime(() => SocketFlowControl.Ask() is { } flows
                ? Ask(new BalancerState(flows) { ProcessId = process?.Id, Started = TimeOf(process) })
                : null);
        }
        catch (Exception e) when (e is ControlException or UsageException)
        {
            throw new BalancerException(e.Message, e);
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            throw new BalancerException($"what answers at {PlainText.Visible(Address)} is no balancer: {e.Message}", e);
        }
    }

    /// <summary>One that hangs shall not hold up who wants to know why.</summary>
    private static BalancerState? InTime(Func<BalancerState?> ask)
    {
        var asked = Task.Run(ask);
        return Task.WhenAny(asked, Task.Delay(Patience)).GetAwaiter().GetResult() == asked
            ? asked.GetAwaiter().GetResult()
            : throw new BalancerException($"the balancer does not answer within {Patience.TotalSeconds} s");
    }

    private static string? TimeOf(LocalProcess? process) =>
        process?.Started?.UtcDateTime.ToString("u", CultureInfo.InvariantCulture);

    private static BalancerState Ask(BalancerState balancer)
    {
        var settings = SettingsListing.Ask(ControlSocket.Client) ?? SettingsListing.Default;
        balancer = balancer with
        {
            MarkMask = settings.MarkMask,
            HashMode = settings.HashMode,
            IsPromiscuousPing = settings.IsPromiscuousPing,
            TargetPackets = TargetPackets.Ask(ControlSocket.Client),
        };
        if (Ask("health") is { } health)
        {
            balancer = balancer with { Hindrances = [.. TextsIn(health.GetProperty("hindrances"))] };
        }
        if (Answer("configuration") is { } configuration)
        {
            balancer = balancer with
            {
                Configuration = ConfigurationJson.Read(configuration),
                Verdicts = AskVerdicts(),
            };
        }
        return Ask("counters") is { } counters
            ? balancer with
            {
                Packets = counters.GetProperty("queues").EnumerateArray()
                    .Sum(queue => queue.GetProperty("packets").GetInt64()),
                Drain = DrainIn(counters),
                TargetMarks = MarksIn(counters),
                FastPath = counters.TryGetProperty("fast_path", out var fastPath) ? FastPathIn(fastPath) : null,
            }
            : balancer;
    }

    /// <summary>Which pools drain, and what is remembered for it; nothing where no balancer answers.</summary>
    /// <exception cref="ControlException">It does not answer in time.</exception>
    public static DrainState AskDrain() => Ask("counters") is { } counters ? DrainIn(counters) : DrainState.None;

    /// <summary>What checks of targets have found, by where they stand; none where nobody checks.</summary>
    public static Dictionary<string, TargetVerdict> AskVerdicts() => Ask("checks") is { } answer
        ? answer.GetProperty("checks").EnumerateArray().Select(VerdictIn).ToDictionary(verdict => verdict.Key)
        : [];

    private static TargetVerdict VerdictIn(JsonElement one) => new(
        new PoolName(one.GetProperty("pool").GetString()!), one.GetProperty("slot").GetInt32(),
        one.GetProperty("target").GetString()!,
        one.GetProperty("health").GetString() switch
        {
            "good" => TargetHealth.Good,
            "bad" => TargetHealth.Bad,
            _ => TargetHealth.Unknown,
        })
    {
        IsUsedAnyway = one.GetProperty("is_used_anyway").GetBoolean(),
        Ramp = one.TryGetProperty("weight_share", out var share) ? Ramp.Of(share.GetDouble()) : Ramp.Whole,
        Since = one.GetProperty("since").GetString(),
        Error = one.GetProperty("error").GetString()!,
        Latency = one.TryGetProperty("latency_seconds", out var seconds)
            ? TimeSpan.FromSeconds(seconds.GetDouble())
            : null,
    };

    /// <summary>Those before 2.1 do not drain, and who runs with `--drain-seconds=0` does not either.</summary>
    private static DrainState DrainIn(JsonElement counters)
    {
        if (!counters.TryGetProperty("drain", out var drain) || !drain.TryGetProperty("room", out var room))
        {
            return DrainState.None;
        }
        var secondsLeft = drain.GetProperty("pools").EnumerateArray().ToDictionary(
            pool => pool.GetProperty("pool").GetString()!, pool => pool.GetProperty("seconds_left").GetDouble());
        return new DrainState(secondsLeft)
        {
            Room = room.GetInt32(),
            Connections = drain.GetProperty("connections").GetInt32(),
            Evicted = drain.GetProperty("evicted").GetInt64(),
        };
    }

    /// <summary>Slots without a target count what was in them.</summary>
    private static Dictionary<string, int> MarksIn(JsonElement counters)
    {
        var marks = new Dictionary<string, int>();
        foreach (var target in counters.GetProperty("targets").EnumerateArray())
        {
            if (target.GetProperty("fwmark").GetInt32() is >= 0 and var mark)
            {
                string key = BalancerState.KeyOf(
                    target.GetProperty("pool").GetString()!, target.GetProperty("slot").GetInt32());
                marks[key] = mark;
            }
        }
        return marks;
    }

    private static FastPathState FastPathIn(JsonElement fastPath) =>
        new(fastPath.GetProperty("state").GetString()!, [.. LinksIn(fastPath.GetProperty("links"))])
        {
            Redirects = fastPath.TryGetProperty("exit", out var exit) && exit.GetString() == "redirect",
            OtherVips = fastPath.TryGetProperty("other_vips", out var vips) ? [.. BlocksIn(vips)] : [],
        };

    /// <summary>An older one tells nothing of single links.</summary>
    private static IEnumerable<FastPathLinkState> LinksIn(JsonElement links)
    {
        foreach (var link in links.EnumerateArray())
        {
            string state = link.TryGetProperty("state", out var told) ? told.GetString()! : FastPathState.On;
            bool hasOther = link.TryGetProperty("program_in_front", out var program);
            yield return new FastPathLinkState(link.GetProperty("link").GetString()!, state)
            {
                ProgramInFront = hasOther ? program.GetUInt32() : null,
                TcxLinkInFront = hasOther ? link.GetProperty("tcx_link_in_front").GetUInt32() : 0,
                FilterInFront = link.TryGetProperty("filter_in_front", out var filter) ? filter.GetUInt32() : 0,
            };
        }
    }

    private static IEnumerable<Cidr> BlocksIn(JsonElement list)
    {
        foreach (string text in TextsIn(list))
        {
            if (DesiredVip.TryParsePrefix(text, out var block, out _))
            {
                yield return block;
            }
        }
    }

    private static IEnumerable<string> TextsIn(JsonElement list) =>
        list.EnumerateArray().Select(line => line.GetString()!);

    /// <summary>Null where it does not know the question, as nfqlb 1.2.0.</summary>
    private static string? Answer(string question) =>
        ControlSocket.Client.TryAsk(new ControlRequest { Action = question }) is { } answer
        && answer.StartsWith('{') ? answer : null;

    private static JsonElement? Ask(string question) =>
        Answer(question) is { } answer ? JsonElement.Parse(answer) : null;
}

using System.Text.Json;
using Nfqlb.Cli.Control;
using Nfqlb.Cli.Health;
using Nfqlb.Control;
using Nfqlb.Linux;
using Nfqlb.Linux.Queue;
using Nfqlb.Planning.Objects;

namespace Nfqlb.Cli.Top;

/// <summary>Looks at the running balancer: control socket, the kernel's queues, pools in shared memory.</summary>
internal sealed class Observer
{
    private readonly TableShares _shares = new();

    /// <summary>How everything stands now.</summary>
    /// <exception cref="ControlException">Nobody listens or answers, or what he says is none of ours.</exception>
    public Look Look()
    {
        // The listing of many flows takes a while; the moment is that of the counters, from look to look as late.
        string listing = ControlSocket.Client.Ask(new ControlRequest { Action = "list" });
        long now = MonotonicClock.NowNanoseconds;
        string counters = ControlSocket.Client.Ask(new ControlRequest { Action = "counters" });
        if (!counters.StartsWith('{'))
        {
            throw new ControlException("The balancer that runs does not count packets: it is an older one");
        }
        try
        {
            using var flows = JsonDocument.Parse(listing);
            using var document = JsonDocument.Parse(counters);
            var root = document.RootElement;
            return new Look(now, OutcomesIn(root), QueuesIn(root), TargetsIn(root), FlowsIn(flows.RootElement))
            {
                Drain = DrainIn(root),
            };
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            throw new ControlException($"The balancer's counters cannot be read: {e.Message}", e);
        }
    }

    /// <summary>Balancers before 2.3 do not drain.</summary>
    private static DrainLook? DrainIn(JsonElement counters)
    {
        if (!counters.TryGetProperty("drain", out var drain) || drain.GetProperty("pools").GetArrayLength() == 0)
        {
            return null;
        }
        var pools = new List<DrainingPoolLook>();
        foreach (var pool in drain.GetProperty("pools").EnumerateArray())
        {
            pools.Add(new DrainingPoolLook(
                pool.GetProperty("pool").GetString()!, pool.GetProperty("entries").GetInt32(),
                pool.GetProperty("of").GetInt32(), pool.GetProperty("seconds_left").GetDouble()));
        }
        return new DrainLook(
            pools, drain.GetProperty("connections").GetInt64(), drain.GetProperty("evicted").GetInt64());
    }

    private static OutcomeLook OutcomesIn(JsonElement counters)
    {
        long unparsable = 0;
        foreach (var reason in counters.GetProperty("unparsable").EnumerateObject())
        {
            unparsable += reason.Value.GetInt64();
        }
        return new OutcomeLook(
            counters.GetProperty("balanced").GetInt64(),
            counters.GetProperty("no_flow").GetInt64(),
            counters.GetProperty("no_target").GetInt64(),
            unparsable);
    }

    private static QueueLook[] QueuesIn(JsonElement counters)
    {
        var kernel = KernelQueues();
        var looks = new List<QueueLook>();
        foreach (var queue in counters.GetProperty("queues").EnumerateArray())
        {
            int number = queue.GetProperty("queue").GetInt32();
            long packets = queue.GetProperty("packets").GetInt64();
            long dropped = queue.GetProperty("dropped").GetInt64();
            looks.Add(new QueueLook(number, packets, dropped, kernel.GetValueOrDefault(number)));
        }
        return [.. looks];
    }

    private static Dictionary<int, KernelLook> KernelQueues()
    {
        var looks = new Dictionary<int, KernelLook>();
        try
        {
            foreach (var queue in KernelQueue.ReadAll())
            {
                looks[queue.Number.Value] =
                    new KernelLook(queue.WaitingPackets, queue.DroppedQueueFull, queue.DroppedSocketFull);
            }
        }
        catch (Exception e) when (e is UnauthorizedAccessException or IOException)
        {
            // For root alone to see, and not there where the balancer is reached from another host.
        }
        return looks;
    }

    private TargetLook[] TargetsIn(JsonElement counters)
    {
        var names = TargetNames.Read();
        var verdicts = RunningBalancer.AskVerdicts();
        var shares = new Dictionary<string, double[]?>();
        var looks = new List<TargetLook>();
        foreach (var target in counters.GetProperty("targets").EnumerateArray())
        {
            string pool = target.GetProperty("pool").GetString()!;
            int slot = target.GetProperty("slot").GetInt32();
            int mark = target.GetProperty("fwmark").GetInt32();
            if (!shares.TryGetValue(pool, out double[]? ofPool))
            {
                shares[pool] = ofPool = _shares.Of(pool);
            }
            looks.Add(new TargetLook(
                pool, slot, mark, names.Find(pool, slot, mark), target.GetProperty("packets").GetInt64(),
                ofPool is not null && slot < ofPool.Length ? ofPool[slot] : null)
            {
                Verdict = verdicts.GetValueOrDefault(BalancerState.KeyOf(pool, slot)),
            });
        }
        return [.. looks];
    }

    private static FlowLook[] FlowsIn(JsonElement listing)
    {
        var looks = new List<FlowLook>();
        foreach (var flow in listing.EnumerateArray())
        {
            looks.Add(new FlowLook(
                flow.GetProperty("name").GetString()!,
                flow.GetProperty("user_ref").GetString()!,
                flow.GetProperty("matches_count").GetInt64()));
        }
        return [.. looks];
    }
}

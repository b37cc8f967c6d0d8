using System.Text.Json;
using Nfqlb.EndToEnd.Lab;
using Nfqlb.EndToEnd.Model;
using Nfqlb.EndToEnd.Packets;

namespace Nfqlb.EndToEnd.Soak;

/// <summary>Some seconds of traffic and unrest, after which every packet is accounted for.</summary>
/// <param name="host">What is tested.</param>
/// <param name="number">Of the round.</param>
/// <param name="kind">What is special about it.</param>
/// <param name="withTakeover">Another balancer takes over in the middle of it.</param>
/// <param name="random">Decides.</param>
internal sealed class SoakRound(SoakHost host, int number, RoundKind kind, bool withTakeover, Random random)
{
    private const int Packets = 15_000, PacketsPerSecond = 3_000, MixedPerSecond = 250, FlowCount = 2_000;

    /// <summary>Between two acts, so that about most packets one setting decides for sure.</summary>
    private const int MostPauseMilliseconds = 40;

    /// <summary>A batch of each of the four queues.</summary>
    private const int MostInHands = 4 * 64;

    /// <summary>No packet but these is for a virtual address.</summary>
    private static readonly Injection Injection = new("both", "1-65535", FlowCount);

    private readonly Testbed _testbed = host.Testbed;

    /// <summary>A line that says what happened.</summary>
    /// <exception cref="Exception">A packet was lost, doubled or astray, or was not counted.</exception>
    public string Run()
    {
        var traffic = MixedTraffic.Make(random, number, withFragments: kind == RoundKind.Fragments);
        host.Unrest.BeginHistory();
        host.Unrest.MayDeleteTargets = kind != RoundKind.Fragments;
        Counts before = ReadCounts();
        long queuedBefore = Queued();

        using var counting = TargetCaptures.Start(_testbed, PacketLog.FileOf);
        using WholeCaptures whole = WholeCaptures.Start(_testbed.Targets, _testbed.PathInSharedMemory);
        BackgroundProcess sender = Injection.StartSending(_testbed.Client, Packets, PacketsPerSecond);
        BackgroundProcess mixed = new Crossing(_testbed, host.Flowlb, new BalancerModel())
            .StartSending(traffic.Packets, MixedPerSecond);
        int acts = 0, takeoverAt = withTakeover ? random.Next(5, 30) : -1, inVainAt = random.Next(5, 30);
        for (; !sender.HasEnded || !mixed.HasEnded; acts++)
        {
            host.Unrest.Act();
            Thread.Sleep(random.Next(MostPauseMilliseconds));
            if (acts == inVainAt)
            {
                host.TakeOverInVain();
            }
            if (acts == takeoverAt)
            {
                host.TakeOver();
            }
        }
        Injection.CheckSummary(sender.WaitForEnd(), Packets);
        mixed.WaitForEnd().MustSucceed();
        host.Unrest.AwaitFlood();
        int sent = Packets + traffic.Packets.Count, mostStored = traffic.EarlyFragments + host.Unrest.Orphans;
        Counts counted = AwaitVerdicts(before, sent);
        long arrivedInTransit = counting.Stop().Total;
        var arrived = whole.Stop(packet => traffic.Sent.ContainsKey(PredictedPacket.Identity(packet)));

        Assert.Equal(0, Queues().Sum(queue => queue.Dropped));
        if (acts <= inVainAt)
        {
            Assert.Equal(mostStored, counted.Stored);
            Assert.Equal(queuedBefore + counted.Taken, Queued());
        }
        else
        {
            // Packets that the killed balancer had in its hands were queued again, behind those that came meanwhile. So
            // a first fragment may have overtaken others of its packet, which are not stored then.
            Assert.InRange(counted.Stored, mostStored - MostInHands, mostStored);
            Assert.InRange(Queued(), queuedBefore + counted.Taken, queuedBefore + counted.Taken + MostInHands);
        }
        long stored = counted.Stored;
        Assert.Equal(new Counts(sent + stored, Accepted: sent, Dropped: stored, stored), counted);
        var judge = new SoakJudge(host.Unrest.History, _testbed.Marks);
        JudgeInjected(judge);
        JudgeMixed(judge, traffic, arrived);
        Assert.True(judge.Astray.Count == 0, string.Join('\n', judge.Astray));
        Assert.Equal(Packets, arrivedInTransit);
        host.Unrest.AwaitWatchers();
        string takeover = withTakeover && acts > takeoverAt ? ", takeover" : "";
        return $"{sent} packets, {acts} acts, {host.Unrest.History.Changes} changes, {judge.DuringChange} packets"
            + $" during one, {traffic.EarlyFragments} early fragments, {host.Unrest.Orphans} orphans{takeover}";
    }

    /// <summary>What is stored is dropped; by the tun device it comes once more, when its first fragment has.</summary>
    private Counts AwaitVerdicts(Counts before, long sent)
    {
        Counts Meanwhile() => ReadCounts() - before;
        try
        {
            host.Flowlb.WaitUntil(() => Meanwhile() is var counts && counts.Taken >= sent + counts.Stored
                && Queues().All(queue => queue.Waiting == 0), "a verdict for every packet");
            return Meanwhile();
        }
        catch (TimeoutException late)
        {
            throw new TimeoutException($"{late.Message}, of {sent} beside those that are stored; {Meanwhile()},"
                + $" {string.Join(", ", Queues())}, {_testbed.Balancer.Counters()}\n{host.Flowlb.Stderr}", late);
        }
    }

    private void JudgeInjected(SoakJudge judge)
    {
        var log = new PacketLog(_testbed);
        var sequences = new HashSet<int>();
        foreach ((int place, Target target) in _testbed.Targets.Index())
        {
            foreach (ArrivedPacket packet in log.Read(target))
            {
                judge.Judge(packet, host.Injected(Injection)[packet.Flow], place);
                Assert.True(sequences.Add(packet.Sequence), $"{packet} came twice");
            }
        }
        Assert.Equal(Packets, sequences.Count);
    }

    private void JudgeMixed(
        SoakJudge judge, MixedTraffic traffic, IReadOnlyDictionary<int, IReadOnlyList<byte[]>> arrived)
    {
        var seen = new HashSet<string>();
        var targets = new Dictionary<object, int>();
        foreach ((int place, int mark) in _testbed.Marks.Index())
        {
            foreach (byte[] packet in arrived[mark])
            {
                string identity = PredictedPacket.Identity(packet);
                SentPacket sent = traffic.Sent[identity];
                judge.Judge(sent.Tuple, place);
                Assert.True(seen.Add(identity), $"{sent.Tuple} came twice");
                Assert.True(targets.TryAdd(sent.Whole, place) || targets[sent.Whole] == place,
                    $"fragments of {sent.Tuple} at targets {targets[sent.Whole]} and {place}");
            }
        }
        string[] lost =
        [
            .. traffic.Sent.Where(sent => !seen.Contains(sent.Key))
                .Select(sent => $"{sent.Value.Tuple} {(sent.Value.Whole is byte[] ? "whole" : "a fragment")}"),
        ];
        Assert.True(lost.Length == 0, $"{lost.Length} lost:\n{string.Join('\n', lost)}");
    }

    private IReadOnlyList<QueueStatus> Queues() => Balancer.Queues(host.Flowlb);

    private long Queued() => Queues().Sum(queue => queue.Queued + queue.Dropped);

    private Counts ReadCounts()
    {
        JsonElement counters = _testbed.Balancer.Counters();
        JsonElement[] queues = [.. counters.GetProperty("queues").EnumerateArray()];
        long Sum(string key) => queues.Sum(queue => queue.GetProperty(key).GetInt64());
        long stored = counters.GetProperty("fragments").GetProperty("stored").GetInt64();
        return new Counts(Sum("packets"), Sum("accepted"), Sum("dropped"), stored);
    }

    /// <summary>What the balancer counts.</summary>
    private sealed record Counts(long Taken, long Accepted, long Dropped, long Stored)
    {
        public static Counts operator -(Counts one, Counts other) => new(one.Taken - other.Taken,
            one.Accepted - other.Accepted, one.Dropped - other.Dropped, one.Stored - other.Stored);
    }
}

using Nfqlb.Planning.Objects;
using Nfqlb.Queues;

namespace Nfqlb.Planning.Status;

/// <summary>Are the queues read that packets are put into, by the balancer, and fast enough?</summary>
public static class QueueCheck
{
    private const string Area = "queues";

    /// <param name="bound">By number.</param>
    /// <param name="rule">Where packets for VIPs go; null when no rule of ours puts them anywhere.</param>
    /// <param name="balancerId">The process of the balancer; null when that is not known.</param>
    /// <param name="vip">One of the VIPs of the rule; null for none.</param>
    /// <param name="start">Starts one that reads; null where that is not known better.</param>
    public static IEnumerable<Finding> Findings(
        IReadOnlyList<BoundQueue> bound, QueueRule? rule, int? balancerId, string? vip,
        string? start = null)
    {
        if (bound.Count == 0 && rule is null)
        {
            yield return Finding.Bad(Area, "nobody reads any", start ?? Remedy.Balance("0:3"));
        }
        foreach (var reader in QueueReader.Of(bound))
        {
            yield return Judge(reader, rule, balancerId);
        }
        if (rule is not null && Unread(bound, rule.Queues) is { Count: > 0 } unread)
        {
            string which = $"{QueueReader.Ranges(unread)} of {rule.Queues}";
            string remedy = start ?? Remedy.ReadQueues(vip, rule.Queues, bound);
            yield return rule.Bypass
                ? Finding.Warn(Area, $"nobody reads {which}: packets pass unbalanced", remedy)
                : Finding.Bad(Area, $"nobody reads {which}: packets are dropped", remedy);
        }
    }

    private static Finding Judge(QueueReader reader, QueueRule? rule, int? balancerId)
    {
        if (reader is { IsStopped: true, ProcessId: { } process })
        {
            return Finding.Bad(
                Area, $"{reader}, which is stopped: packets wait, and are dropped when the queue is full",
                Remedy.Continue(process));
        }
        bool isOther = balancerId is not null && reader.ProcessId is not null && reader.ProcessId != balancerId;
        bool isUsed = rule is not null && Overlaps(reader.Numbers, rule.Queues);
        if (isOther && isUsed)
        {
            return Finding.Bad(Area, $"{reader}, which is not the balancer (pid {balancerId})");
        }
        if (!isOther && rule is not null && !isUsed)
        {
            return Finding.Warn(Area, $"{reader}, and packets for VIPs go to {rule.Queues}");
        }
        return reader.Dropped == 0
            ? Finding.Ok(Area, $"{reader}, nothing dropped")
            : Finding.Warn(
                Area, $"{reader}; {reader.Dropped} packets dropped since, as they were full: see flowlb --qlength");
    }

    private static List<int> Unread(IReadOnlyList<BoundQueue> bound, QueueRange range)
    {
        var unread = new List<int>();
        int next = 0;
        for (int number = range.First.Value; number <= range.Last.Value; number++)
        {
            while (next < bound.Count && bound[next].Number < number)
            {
                next++;
            }
            if (next == bound.Count || bound[next].Number != number)
            {
                unread.Add(number);
            }
        }
        return unread;
    }

    private static bool Overlaps(IReadOnlyList<int> numbers, QueueRange range)
    {
        foreach (int number in numbers)
        {
            if (number >= range.First.Value && number <= range.Last.Value)
            {
                return true;
            }
        }
        return false;
    }
}

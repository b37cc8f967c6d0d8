namespace Nfqlb.Planning.Objects;

/// <summary>Queues that one process reads.</summary>
/// <param name="Numbers">In their order.</param>
/// <param name="Owner">Who, in words.</param>
/// <param name="ProcessId">His process; null when it cannot be seen from here.</param>
/// <param name="Dropped">Packets that the kernel dropped before he saw them.</param>
public sealed record QueueReader(IReadOnlyList<int> Numbers, string Owner, int? ProcessId, long Dropped)
{
    /// <summary>The process is stopped: it reads nothing.</summary>
    public bool IsStopped { get; init; }

    /// <summary>By their lowest queues.</summary>
    public static IReadOnlyList<QueueReader> Of(IEnumerable<BoundQueue> bound)
    {
        var readers = new List<QueueReader>();
        foreach (var queue in bound)
        {
            int at = readers.FindIndex(reader => reader.Owner == queue.Owner);
            if (at < 0)
            {
                readers.Add(new QueueReader([queue.Number], queue.Owner, queue.ProcessId, queue.Dropped)
                {
                    IsStopped = queue.IsStopped,
                });
            }
            else
            {
                var reader = readers[at];
                readers[at] = reader with
                {
                    Numbers = [.. reader.Numbers, queue.Number],
                    Dropped = reader.Dropped + queue.Dropped,
                };
            }
        }
        return readers;
    }

    /// <summary>The first that is an nfqlb; null where there is none, or where that is not to be seen.</summary>
    public static QueueReader? OfBalancer(IEnumerable<BoundQueue> bound) =>
        Of(bound).FirstOrDefault(reader => reader.Owner.StartsWith("nfqlb ", StringComparison.Ordinal));

    /// <summary>The queues that it reads, as `--queue` takes them; null where there is none, or they are no one range.
    /// </summary>
    public static string? RangeOfBalancer(IEnumerable<BoundQueue> bound) =>
        OfBalancer(bound) is { } reader && Ranges(reader.Numbers) is var range && !range.Contains(',') ? range : null;

    /// <summary>`0:3, 7`.</summary>
    public static string Ranges(IReadOnlyList<int> numbers)
    {
        var ranges = new List<string>();
        for (int start = 0, next; start < numbers.Count; start = next)
        {
            for (next = start + 1; next < numbers.Count && numbers[next] == numbers[next - 1] + 1;)
            {
                next++;
            }
            ranges.Add(next == start + 1 ? $"{numbers[start]}" : $"{numbers[start]}:{numbers[next - 1]}");
        }
        return string.Join(", ", ranges);
    }

    /// <summary>`0:3 read by nfqlb (pid 7)`.</summary>
    public override string ToString() => $"{Ranges(Numbers)} read by {Owner}";
}

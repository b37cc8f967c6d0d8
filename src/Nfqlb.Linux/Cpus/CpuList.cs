using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace Nfqlb.Linux.Cpus;

/// <summary>CPUs by number, in the order in which they were named: `0-3,5`.</summary>
/// <remarks>The form of cpuset(7) and of the files of /sys that end in `_list`.</remarks>
public sealed record CpuList
{
    /// <summary>The most CPUs that a kernel is built for (NR_CPUS_RANGE_END, arch/x86/Kconfig).</summary>
    public const int MostCpus = 8192;

    private readonly int[] _numbers;

    private CpuList(int[] numbers) => _numbers = numbers;

    /// <summary>How many were named.</summary>
    public int Count => _numbers.Length;

    /// <summary>In their order.</summary>
    public IReadOnlyList<int> Numbers => _numbers;

    /// <summary>The CPU of a worker: one each in their order, and from the front again when there are more workers.
    /// </summary>
    /// <param name="worker">From 0.</param>
    public int ForWorker(int worker) => _numbers[worker % _numbers.Length];

    /// <summary>These CPUs.</summary>
    /// <param name="numbers">At least one, from 0 to <see cref="MostCpus"/> - 1.</param>
    public static CpuList Of(IEnumerable<int> numbers) => new([.. numbers]);

    /// <summary>Reads a list.</summary>
    /// <param name="text">Such as `0-3,5`.</param>
    /// <param name="list">Not empty; valid when this returns true.</param>
    /// <param name="error">One clause that says what is wrong with which part, when this returns false.</param>
    public static bool TryParse(
        string text, [NotNullWhen(true)] out CpuList? list, [NotNullWhen(false)] out string? error)
    {
        list = null;
        var numbers = new List<int>();
        foreach (string part in text.Split(','))
        {
            string[] ends = part.Split('-', 2);
            if (!WholeNumber.TryParse(ends[0], MostCpus - 1, out uint first)
                || !WholeNumber.TryParse(ends[^1], MostCpus - 1, out uint last))
            {
                error = $"\"{part}\" is no CPU, and no range such as 0-3";
                return false;
            }
            if (first > last)
            {
                error = $"\"{part}\" ends before it begins";
                return false;
            }
            if (numbers.Count + last - first >= MostCpus)
            {
                error = $"more than {MostCpus} CPUs";
                return false;
            }
            for (uint number = first; number <= last; number++)
            {
                numbers.Add((int)number);
            }
        }
        error = null;
        list = new CpuList([.. numbers]);
        return true;
    }

    /// <summary>Both name the same CPUs in the same order.</summary>
    public bool Equals(CpuList? other) => other is not null && _numbers.AsSpan().SequenceEqual(other._numbers);

    /// <inheritdoc/>
    public override int GetHashCode() => _numbers.Length == 0 ? 0 : HashCode.Combine(_numbers.Length, _numbers[0]);

    /// <summary>The form that <see cref="TryParse"/> reads.</summary>
    public override string ToString()
    {
        var text = new StringBuilder();
        for (int i = 0; i < _numbers.Length;)
        {
            int end = i;
            while (end + 1 < _numbers.Length && _numbers[end + 1] == _numbers[end] + 1)
            {
                end++;
            }
            text.Append(text.Length == 0 ? "" : ",").Append(_numbers[i]);
            if (end > i)
            {
                text.Append('-').Append(_numbers[end]);
            }
            i = end + 1;
        }
        return text.ToString();
    }
}

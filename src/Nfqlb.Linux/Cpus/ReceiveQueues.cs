using System.Globalization;
using System.Text.RegularExpressions;

namespace Nfqlb.Linux.Cpus;

/// <summary>Finds the receive queues of a link, their interrupts and CPUs, in /sys and /proc.</summary>
/// <remarks>Linux, Documentation/networking/scaling.rst. No file ties an interrupt to a queue: drivers name both alike,
/// `eth0-TxRx-3`, `virtio0-input.3`, so the numbers at the end of the names are what is gone by.</remarks>
/// <param name="root">What stands before /sys and /proc; empty but in tests.</param>
public sealed partial class ReceiveQueues(string root = "")
{
    private const string QueuePrefix = "rx-";

    /// <summary>Bits of a hexadecimal digit of a mask.</summary>
    private const int BitsPerDigit = 4;

    /// <summary>The receive queues of a link, by number.</summary>
    /// <returns>Null when there is no such link.</returns>
    /// <exception cref="IOException">/sys or /proc cannot be read.</exception>
    public IReadOnlyList<ReceiveQueue>? Of(string link)
    {
        string queues = $"{root}/sys/class/net/{link}/queues";
        if (!Directory.Exists(queues))
        {
            return null;
        }
        int count = Directory.EnumerateDirectories(queues)
            .Count(path => Path.GetFileName(path).StartsWith(QueuePrefix, StringComparison.Ordinal));
        var interrupts = InterruptsOf(link);
        return
        [
            .. Enumerable.Range(0, count).Select(number =>
            {
                bool isFound = interrupts.TryGetValue(number, out var interrupt);
                return new ReceiveQueue(
                    number,
                    isFound ? interrupt.Number : null,
                    isFound ? interrupt.Name : null,
                    isFound ? CpusOf(interrupt.Number) : null,
                    ReadMask($"{queues}/{QueuePrefix}{number}/rps_cpus"));
            }),
        ];
    }

    /// <summary>By the number at the end of their names; those that are for sending, or for the device as a whole,
    /// are left out.</summary>
    private Dictionary<int, (int Number, string Name)> InterruptsOf(string link)
    {
        string device = Resolved($"{Resolved($"{root}/sys/class/net/{link}")}/device");
        var ofDevice = NumbersIn($"{device}/msi_irqs");
        if (ofDevice.Count == 0)
        {
            // A virtio device has its interrupts at the PCI device that it is on.
            ofDevice = NumbersIn($"{Path.GetDirectoryName(device)}/msi_irqs");
        }
        var found = new Dictionary<int, (int, string)>();
        foreach (string line in File.ReadLines($"{root}/proc/interrupts"))
        {
            var match = InterruptLine().Match(line);
            if (!match.Success)
            {
                continue;
            }
            int number = int.Parse(match.Groups["irq"].ValueSpan, CultureInfo.InvariantCulture);
            string name = match.Groups["name"].Value;
            // One that has the name of the link alone is for its state.
            bool isOfLink = name != link
                && (ofDevice.Contains(number) || name.StartsWith(link + "-", StringComparison.Ordinal));
            if (isOfLink && !NotForReceiving().IsMatch(name)
                && int.TryParse(QueueAtEnd().Match(name).ValueSpan, CultureInfo.InvariantCulture, out int queue))
            {
                found.TryAdd(queue, (number, name));
            }
        }
        return found;
    }

    /// <summary>Where a symbolic link leads; the path itself where it is none.</summary>
    private static string Resolved(string path) => Directory.Exists(path)
        ? Directory.ResolveLinkTarget(path, returnFinalTarget: true)?.FullName ?? path
        : path;

    private static HashSet<int> NumbersIn(string directory) => !Directory.Exists(directory)
        ? []
        : [.. Directory.EnumerateFiles(directory)
            .Select(path => int.Parse(Path.GetFileName(path), CultureInfo.InvariantCulture))];

    private CpuList? CpusOf(int interrupt)
    {
        foreach (string file in (string[])["effective_affinity_list", "smp_affinity_list"])
        {
            if (ReadText($"{root}/proc/irq/{interrupt}/{file}") is { Length: > 0 } text
                && CpuList.TryParse(text, out var list, out _))
            {
                return list;
            }
        }
        return null;
    }

    /// <summary>A mask as /sys writes it: 32 bits a group, the highest first, `00000000,0000000f`.</summary>
    /// <returns>Null when no bit is set, or there is no such file.</returns>
    private static CpuList? ReadMask(string path)
    {
        string digits = (ReadText(path) ?? "").Replace(",", "", StringComparison.Ordinal);
        var numbers = new List<int>();
        for (int i = digits.Length - 1; i >= 0; i--)
        {
            int digit = Convert.ToInt32(digits[i].ToString(), fromBase: 16);
            for (int bit = 0; bit < BitsPerDigit; bit++)
            {
                if ((digit >> bit & 1) == 1)
                {
                    numbers.Add((digits.Length - 1 - i) * BitsPerDigit + bit);
                }
            }
        }
        return numbers.Count == 0 ? null : CpuList.Of(numbers);
    }

    private static string? ReadText(string path)
    {
        try
        {
            return File.ReadAllText(path).Trim();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>Its number, a count a CPU, then words of the interrupt's controller; the name comes last.</summary>
    [GeneratedRegex(@"^\s*(?<irq>[0-9]+):.*\s(?<name>[^\s]+)\s*$", RegexOptions.ExplicitCapture)]
    private static partial Regex InterruptLine();

    [GeneratedRegex(@"(-|_|\b)(tx|output|config|control|async|mgmt|mgmnt|ctrl|cmd)([-_.0-9]|\b)",
        RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture)]
    private static partial Regex NotForReceiving();

    /// <summary>Of `eth0-TxRx-3`, `virtio0-input.3` and `mlx5_comp3@pci:0000:00:08.0`.</summary>
    [GeneratedRegex(@"[0-9]+(?=(@.*)?$)", RegexOptions.ExplicitCapture)]
    private static partial Regex QueueAtEnd();
}

using System.Globalization;

namespace Nfqlb.EndToEnd.ControlPlane;

/// <summary>A line of `ip rule`, as far as packets are concerned that only their mark is known of.</summary>
/// <param name="IsForMarks">False for rules about anything else, such as `from`: none of the packets here is
/// meant.</param>
/// <param name="Argument">The table of a look-up, the priority of a jump.</param>
internal sealed record IpRule(
    uint Priority, uint Value, uint Mask, bool IsInverted, bool IsForMarks, string Action, string Argument)
{
    /// <summary>True for `lookup` of a table that has a number and no name.</summary>
    public bool LooksUpNumber => Action == "lookup" && char.IsDigit(Argument[0]);

    // 10000:  not from all fwmark 0x64/0xfffffffc goto 26005 proto 78
    public static IpRule Parse(string line)
    {
        string[] words = line.Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries);
        int from = Array.IndexOf(words, "from"), fwmark = Array.IndexOf(words, "fwmark");
        int action = Array.FindIndex(
            words, word => word is "lookup" or "goto" or "nop" or "blackhole" or "unreachable");
        Assert.True(from > 0 && action > 0, $"not a rule that is understood here: {line}");
        string[] mark = fwmark < 0 ? ["0x0", "0x0"] : words[fwmark + 1].Split('/');
        return new IpRule(
            uint.Parse(words[0].TrimEnd(':')), Hex(mark[0]), mark.Length > 1 ? Hex(mark[1]) : uint.MaxValue,
            words.Contains("not"), words[from + 1] == "all" && !words.Contains("to") && !words.Contains("iif"),
            words[action], words.ElementAtOrDefault(action + 1) ?? "");
    }

    public bool Holds(uint mark) => IsForMarks && ((mark & Mask) == (Value & Mask)) != IsInverted;

    private static uint Hex(string text) => uint.Parse(text.Replace("0x", ""), NumberStyles.HexNumber); // 0 has no 0x
}

/// <summary>The rules of a family, walked as the kernel does (fib_rules_lookup in net/core/fib_rules.c).</summary>
internal sealed class IpRules(IReadOnlyList<IpRule> rules)
{
    private readonly Dictionary<uint, int> _firstOfPriority = rules.Index()
        .DistinctBy(rule => rule.Item.Priority).ToDictionary(rule => rule.Item.Priority, rule => rule.Index);

    public IReadOnlyList<IpRule> All => rules;

    /// <summary>Every table that some mark is led to.</summary>
    public IReadOnlySet<(uint Mark, string Table)> Leads =>
        rules.Where(rule => rule is { LooksUpNumber: true, IsForMarks: true, Mask: uint.MaxValue })
            .Select(rule => (rule.Value, rule.Argument)).ToHashSet();

    public static IpRules Parse(string listing) =>
        new([.. listing.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(IpRule.Parse)]);

    /// <summary>The first table that a packet with this mark is looked up in, and how many rules the kernel has asked.
    /// `local` is asked for nothing: it has no virtual address.</summary>
    public (string Table, int Steps) Walk(uint mark)
    {
        int steps = 0;
        for (int i = 0; i < rules.Count; i++)
        {
            steps++;
            IpRule rule = rules[i];
            if (!rule.Holds(mark) || rule.Action == "nop" || rule is { Action: "lookup", Argument: "local" })
            {
                continue;
            }
            if (rule.Action != "goto")
            {
                return (rule.Action == "lookup" ? rule.Argument : rule.Action, steps);
            }
            uint target = uint.Parse(rule.Argument);
            Assert.True(target > rule.Priority, "the kernel allows no jump back");
            i = _firstOfPriority.TryGetValue(target, out int there) ? there - 1 : i; // a jump to nowhere is none
        }
        return ("", steps);
    }
}

using System.Collections.Immutable;
using System.Text;
using Nfqlb.Filters;
using Nfqlb.Linux.Netlink.Nftables;

namespace Nfqlb.Linux.Xtables;

/// <summary>A table of iptables-legacy as the kernel gives it: one rule behind the other, and where chains begin.
/// </summary>
internal sealed class LegacyTable
{
    /// <summary>What stands before the first rule of a chain that a user has made, and behind the last rule of all.
    /// </summary>
    private const string Error = "ERROR";

    /// <summary>In struct ipt_getinfo: valid_hooks; behind it where the chain of each hook begins, and where its policy
    /// stands, which is a rule of its own.</summary>
    private const int ValidHooks = 32, HookEntry = 36, Underflow = 56;

    /// <summary>By NF_INET_PRE_ROUTING and so on.</summary>
    private static readonly ImmutableArray<(string Chain, FilterHook Hook)> Hooks =
    [
        ("PREROUTING", FilterHook.Prerouting), ("INPUT", FilterHook.Input), ("FORWARD", FilterHook.Forward),
        ("OUTPUT", FilterHook.Output), ("POSTROUTING", FilterHook.Postrouting),
    ];

    private readonly string _name;
    private readonly bool _isIpv4;
    private readonly SortedList<int, FilterChain> _chains = [];
    private readonly HashSet<int> _policies = [];

    private LegacyTable(string name, bool isIpv4) => (_name, _isIpv4) = (name, isIpv4);

    /// <summary>Its chains, in their order; what is cut short ends there.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="isIpv4">For IPv4; else IPv6.</param>
    /// <param name="info">struct ipt_getinfo.</param>
    /// <param name="rules">One struct ipt_entry or ip6t_entry behind the other.</param>
    public static IReadOnlyList<FilterChain> Decode(
        string name, bool isIpv4, ReadOnlySpan<byte> info, ReadOnlySpan<byte> rules)
    {
        var table = new LegacyTable(name, isIpv4);
        table.AddChains(info, rules);
        var byChain = new Dictionary<int, List<FilterRule>>();
        var entry = new LegacyRule(isIpv4);
        for (int at = 0; entry.TryRead(rules, at); at += entry.Bytes)
        {
            if (entry.Target == Error || table.StartOf(at) is not { } start)
            {
                continue;
            }
            var rule = table.RuleOf(entry, at);
            if (table._policies.Contains(at))
            {
                table._chains[start] =
                    table._chains[start] with { IsDropping = rule.Verdict == FilterVerdict.Drop };
                continue;
            }
            byChain.TryAdd(start, []);
            byChain[start].Add(rule);
        }
        var chains = new List<FilterChain>();
        foreach (var (start, chain) in table._chains)
        {
            chains.Add(chain with { Rules = byChain.GetValueOrDefault(start) ?? [] });
        }
        return chains;
    }

    private void AddChains(ReadOnlySpan<byte> info, ReadOnlySpan<byte> rules)
    {
        uint valid = BitConverter.ToUInt32(info[ValidHooks..]);
        for (int hook = 0; hook < Hooks.Length; hook++)
        {
            if ((valid >> hook & 1) != 0)
            {
                int start = BitConverter.ToInt32(info[(HookEntry + sizeof(int) * hook)..]);
                _policies.Add(BitConverter.ToInt32(info[(Underflow + sizeof(int) * hook)..]));
                _chains[start] = New(Hooks[hook].Chain) with
                {
                    Hook = Hooks[hook].Hook,
                    Priority = PriorityOf(Hooks[hook].Hook),
                };
            }
        }
        var entry = new LegacyRule(_isIpv4);
        for (int at = 0; entry.TryRead(rules, at); at += entry.Bytes)
        {
            if (entry.Target == Error)
            {
                string chain = Encoding.UTF8.GetString(entry.Info).Split('\0')[0];
                if (chain != Error)
                {
                    _chains[at + entry.Bytes] = New(chain);
                }
            }
        }
    }

    private FilterChain New(string chain) =>
        new(_isIpv4 ? "ip" : "ip6", _name, chain, []) { IsLegacy = true, IsNat = _name == "nat" };

    /// <summary>NF_IP_PRI_RAW and so on.</summary>
    private int PriorityOf(FilterHook? hook) => _name switch
    {
        "raw" => -300,
        "mangle" => -150,
        "nat" => hook == FilterHook.Postrouting ? 100 : -100,
        "security" => 50,
        _ => 0,
    };

    private FilterRule RuleOf(LegacyRule entry, int at)
    {
        var rule = new FilterRule([.. entry.Conditions], FilterVerdict.Continue);
        if (entry.Target.Length > 0)
        {
            return XtablesRule.After(rule, entry.Target, entry.Info);
        }
        int verdict = entry.Info.Length >= sizeof(int) ? BitConverter.ToInt32(entry.Info) : 0;
        return verdict switch
        {
            -1 => rule with { Verdict = FilterVerdict.Drop },
            -2 => rule with { Verdict = FilterVerdict.Accept },
            -5 => rule with { Verdict = FilterVerdict.Return },
            < 0 => rule with { Verdict = FilterVerdict.Unknown },
            _ when verdict == at + entry.Bytes => rule, // No target: it counts.
            _ => rule with
            {
                Verdict = entry.IsGoTo ? FilterVerdict.GoTo : FilterVerdict.Jump,
                Chain = _chains.TryGetValue(verdict, out var chain) ? chain.Name : "",
            },
        };
    }

    /// <summary>Where the chain of a rule begins; null for none.</summary>
    private int? StartOf(int at)
    {
        int? start = null;
        foreach (int begin in _chains.Keys)
        {
            start = begin <= at ? begin : start;
        }
        return start;
    }
}

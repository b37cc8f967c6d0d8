using Nfqlb.Filters;
using Nfqlb.Linux.Xtables;
using Nfqlb.Packets;

namespace Nfqlb.Linux.Tests.Netlink.Nftables;

/// <summary>Rules of iptables-legacy, as the kernel gives them.</summary>
public sealed class LegacyTableTests
{
    private static readonly FilteredPacket Http = new(Read("203.0.113.10"))
    {
        Source = Read("198.51.100.7"), Protocol = IpProtocol.Tcp, SourcePort = 40_000, DestinationPort = 80,
        IncomingLink = "eth0", OutgoingLink = "eth1", Mark = 5, Connection = ConnectionStates.New,
    };

    /// <summary>A rule of FORWARD, and whether the packet meets its conditions.</summary>
    public static TheoryData<string, bool?> Rules => new()
    {
        { "-d 203.0.113.10", true }, { "-d 203.0.113.0/24", true }, { "-d 203.0.113.0/29", false },
        { "! -d 203.0.113.10", false }, { "-s 198.51.100.0/24", true }, { "-s 198.51.100.8", false },
        { "-s 0.0.0.7/0.0.0.255", null }, { "-i eth0", true }, { "-i eth+", true }, { "-i eth", false },
        { "! -i eth0", false }, { "-o eth0", false }, { "-o eth1", true }, { "-p tcp", true }, { "-p udp", false },
        { "! -p udp", true }, { "-p tcp --dport 80", true }, { "-p tcp --dport 81:90", false },
        { "-p tcp -m tcp --sport 40000 -m mark --mark 5", true }, { "-m mark --mark 6", false },
        { "-m conntrack --ctstate NEW", true }, { "-m conntrack --ctstate ESTABLISHED", false },
        { "-m limit --limit 1/s", null }, { "-f", null },
    };

    [KernelTheory, MemberData(nameof(Rules))]
    public void It_holds_or_not_or_is_not_known(string words, bool? holds) => PrivateNetwork.Run(() =>
    {
        PrivateNetwork.Command("iptables-legacy", $"-A FORWARD {words} -j DROP");
        var rule = Forward().Rules[0];
        Assert.Equal((FilterVerdict.Drop, holds), (rule.Verdict, rule.Holds(Http)));
    });

    [KernelTheory]
    [InlineData("-j ACCEPT", FilterVerdict.Accept)]
    [InlineData("-j REJECT", FilterVerdict.Drop)]
    [InlineData("-j RETURN", FilterVerdict.Return)]
    [InlineData("", FilterVerdict.Continue)]
    [InlineData("-j NFQUEUE --queue-balance 2:5", FilterVerdict.Queue)]
    public void What_becomes_of_packets(string target, FilterVerdict verdict) => PrivateNetwork.Run(() =>
    {
        PrivateNetwork.Command("iptables-legacy", $"-A FORWARD -p tcp {target}");
        var rule = Forward().Rules[0];
        Assert.Equal(verdict, rule.Verdict);
        Assert.Equal(verdict == FilterVerdict.Queue ? "2:5" : null, rule.Queue?.Queues.ToString());
    });

    [KernelFact]
    public void Chains_that_users_make_are_led_to_and_policies_stand_at_the_end() => PrivateNetwork.Run(() =>
    {
        foreach (string words in (string[])["-N sub", "-A sub -p udp -j DROP", "-A FORWARD -j sub",
            "-A FORWARD -p tcp -g sub", "-P FORWARD DROP", "-t raw -A PREROUTING -p tcp -j DROP"])
        {
            PrivateNetwork.Command("iptables-legacy", words);
        }
        PrivateNetwork.Command("ip6tables-legacy", "-A FORWARD -d 2001:db8::/32 -s 2001:db8::1 -p tcp -j DROP");
        var chains = LegacyTableReader.Read();
        var forward = Forward();
        Assert.Equal(("iptables-legacy filter FORWARD", true), ($"{forward}", forward.IsDropping));
        Assert.Equal(
            [(FilterVerdict.Jump, "sub"), (FilterVerdict.GoTo, "sub")],
            forward.Rules.Select(rule => (rule.Verdict, rule.Chain)));
        Assert.Equal("iptables-legacy filter FORWARD", $"{WalkOf(FilterHook.Forward, Http).DroppedBy}");
        Assert.Equal("iptables-legacy raw PREROUTING", $"{WalkOf(FilterHook.Prerouting, Http).DroppedBy}");
        Assert.Equal(-300, chains.Single(chain => chain is { Table: "raw", Name: "PREROUTING" }).Priority);
        var six = new FilteredPacket(Read("2001:db8::2")) { Source = Read("2001:db8::1"), Protocol = IpProtocol.Tcp };
        Assert.Equal("ip6tables-legacy filter FORWARD", $"{WalkOf(FilterHook.Forward, six).DroppedBy}");
        Assert.Null(WalkOf(FilterHook.Forward, six with { Source = Read("2001:db8::3") }).DroppedBy);
    });

    [KernelFact]
    public void Tables_that_nobody_uses_are_not_asked_for() => PrivateNetwork.Run(() =>
        Assert.DoesNotContain(LegacyTableReader.Read(), chain => chain.Table == "security"));

    /// <summary>Whatever stands there, nothing but less is read.</summary>
    [Fact]
    public void Damaged_or_cut_anywhere_it_is_read_within_its_bounds()
    {
        byte[] info = new byte[84];
        info[32] = 0x1f;
        int seed = int.TryParse(Environment.GetEnvironmentVariable("SEED"), out int set) ? set : Random.Shared.Next();
        var random = new Random(seed);
        for (int round = 0; round < 2000; round++)
        {
            byte[] rules = new byte[random.Next(600)];
            random.NextBytes(rules);
            for (int at = 88; at + 4 <= rules.Length; at += 152)
            {
                rules[at] = (byte)random.Next(256);
                rules[at + 1] = 0;
                rules[at + 2] = 152;
                rules[at + 3] = 0;
            }
            Assert.True(LegacyTable.Decode("filter", round % 2 == 0, info, rules).Count >= 1, $"SEED={seed}");
        }
    }

    private static FilterWalk WalkOf(FilterHook hook, FilteredPacket packet) =>
        FilterWalk.Of(new FilterSet(LegacyTableReader.Read()), hook, packet);

    private static FilterChain Forward() =>
        LegacyTableReader.Read().Single(chain => chain is { Family: "ip", Name: "FORWARD", Table: "filter" });

    private static Address Read(string text)
    {
        Assert.True(Address.TryParse(text, out var address));
        return address;
    }
}

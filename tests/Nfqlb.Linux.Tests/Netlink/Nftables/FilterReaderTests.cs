using Nfqlb.Filters;
using Nfqlb.Linux.Netlink;
using Nfqlb.Linux.Netlink.Nftables;
using Nfqlb.Packets;
using static Nfqlb.Linux.Netlink.Nftables.UapiNftables;

namespace Nfqlb.Linux.Tests.Netlink.Nftables;

/// <summary>Rules that others made: what is known of them is right, and what is not is said to be unknown.</summary>
public sealed class FilterReaderTests
{
    private static readonly Address Vip = Read("203.0.113.10");

    /// <summary>A rule as it is typed, and whether a packet to the address, from 198.51.100.7 to port 80 by TCP, passes
    /// its conditions.</summary>
    public static TheoryData<string, bool?> Rules => new()
    {
        { "ip daddr 203.0.113.10 drop", true },
        { "ip daddr 203.0.113.11 drop", false },
        { "ip daddr 203.0.113.0/24 drop", true },
        { "ip daddr 203.0.113.0/30 drop", false },
        { "ip daddr != 203.0.113.10 drop", false },
        { "ip saddr 198.51.100.0/24 tcp dport 80 drop", true },
        { "tcp dport 81 drop", false },
        { "tcp dport != 81 drop", true },
        { "udp dport 80 drop", false },
        { "ip6 daddr 2001:db8::1 drop", false },
        { "meta nfproto ipv6 drop", false },
        { "ip daddr & 0.0.0.255 == 0.0.0.10 drop", null },
        { "ip daddr & 255.255.0.255 == 203.0.0.10 drop", null },
        { "ip daddr { 203.0.113.10, 203.0.113.11 } drop", null },
        { "ip daddr 203.0.113.10-203.0.113.20 drop", null },
        { "tcp dport { 80, 443 } drop", null },
        { "tcp dport 80-90 drop", true },
        { "tcp dport 81-90 drop", false },
        { "tcp sport 81-90 drop", false },
        { "ip daddr 203.0.113.10 ct state new drop", null },
        { "ip daddr 203.0.113.11 ct state new drop", false },
        { "ct mark 5 drop", null },
        { "ip daddr 203.0.113.10 ct mark 5 drop", null },
        { "limit rate over 10/second drop", null },
        { "ip ttl 5 drop", null },
        { "ip length 1000-2000 drop", null },
        { "meta length 100 drop", null },
        { "tcp flags syn drop", null },
        { "tcp option maxseg size 1400 drop", null },
        { "ip dscp set af11 drop", true },
        { "meta mark set 5 drop", true },
        { "meta priority 6e66:7100 drop", true },
        { "meta priority 6e66:7101 drop", false },
        { "counter log drop", true },
        { "numgen random mod 2 == 0 drop", null },
        { "fib daddr type local drop", null },
        { "quota over 100 mbytes drop", null },
    };

    [KernelTheory, MemberData(nameof(Rules))]
    public void It_holds_or_not_or_is_not_known(string rule, bool? holds) => PrivateNetwork.Run(() =>
    {
        var read = Assert.Single(RulesOf(rule));
        Assert.Equal(FilterVerdict.Drop, read.Verdict);
        Assert.Equal(holds, read.Holds(new FilteredPacket(Vip)
        {
            Source = Read("198.51.100.7"),
            Protocol = IpProtocol.Tcp,
            SourcePort = 40_000,
            DestinationPort = 80,
            IncomingLink = "eth0",
            Priority = 0x6e667100,
        }));
    });

    /// <summary>A rule, and the states of connection tracking that it is for.</summary>
    [KernelTheory]
    [InlineData("ct state new drop", ConnectionStates.New)]
    [InlineData("ct state established,related drop", ConnectionStates.Established | ConnectionStates.Related)]
    [InlineData("ct state != established drop",
        ConnectionStates.Invalid | ConnectionStates.New | ConnectionStates.Related | ConnectionStates.Untracked)]
    [InlineData("ct state invalid,untracked drop", ConnectionStates.Invalid | ConnectionStates.Untracked)]
    public void What_connection_tracking_says(string rule, ConnectionStates states) =>
        PrivateNetwork.Run(() => Assert.Equal(states, StatesOf(Assert.Single(RulesOf(rule)))));

    [KernelTheory]
    [InlineData("-m conntrack --ctstate NEW", ConnectionStates.New)]
    [InlineData("-m conntrack ! --ctstate NEW,UNTRACKED",
        ConnectionStates.Invalid | ConnectionStates.Established | ConnectionStates.Related)]
    [InlineData("-m state --state ESTABLISHED,UNTRACKED", ConnectionStates.Established | ConnectionStates.Untracked)]
    public void What_connection_tracking_says_to_xtables(string match, ConnectionStates states) =>
        PrivateNetwork.Run(() =>
        {
            PrivateNetwork.Command("iptables", $"-A FORWARD {match} -j DROP");
            Assert.Equal(states, StatesOf(Assert.Single(FilterReader.Read().Single(
                chain => chain.Name == "FORWARD").Rules)));
        });

    private static ConnectionStates StatesOf(FilterRule rule) => Enum.GetValues<ConnectionStates>()
        .Where(state => rule.Holds(new FilteredPacket(Vip) { Connection = state })!.Value)
        .Aggregate(default(ConnectionStates), (all, state) => all | state);

    /// <summary>A map may give any verdict.</summary>
    [KernelTheory]
    [InlineData("ip daddr vmap { 203.0.113.10 : drop }", FilterVerdict.Unknown)]
    [InlineData("meta mark set ip daddr map { 203.0.113.10 : 5 }", FilterVerdict.Continue)]
    [InlineData("ct mark set 5", FilterVerdict.Continue)]
    [InlineData("ip daddr 203.0.113.10 reject", FilterVerdict.Drop)]
    [InlineData("ip daddr 203.0.113.10 accept", FilterVerdict.Accept)]
    public void What_becomes_of_packets(string rule, FilterVerdict verdict) => PrivateNetwork.Run(
        () => Assert.Equal(verdict, Assert.Single(RulesOf(rule)).Verdict));

    /// <summary>Where a chain stands, the links it is for, and what becomes of addresses and marks.</summary>
    [KernelFact]
    public void What_changes_packets_in_all_places() => PrivateNetwork.Run(() =>
    {
        PrivateNetwork.Command("ip", "link add one type veth peer name two");
        PrivateNetwork.Command("nft", "-f -", """
            table netdev others {
                chain c_in { type filter hook ingress device one priority 3; counter; }
                chain c_out { type filter hook egress devices = { one, two } priority 4; policy drop; }
            }
            table ip others {
                chain c_dnat { type nat hook prerouting priority -100; ip daddr 203.0.113.10 dnat to 192.0.2.1; }
                chain c_snat { type nat hook postrouting priority 100; snat to 192.0.2.1; }
                chain c_to { type filter hook input priority 0; policy drop; }
                chain c_own { type filter hook output priority 0; }
                chain c_mark { type filter hook prerouting priority 0; meta mark set 5; meta mark set ct mark; }
            }
            """);
        var chains = FilterReader.Read().ToDictionary(chain => chain.Name);

        var ingress = chains["c_in"];
        Assert.Equal((FilterHook.Ingress, 3, "one"), (ingress.Hook, ingress.Priority, ingress.Links[0]));
        Assert.Equal(FilterHook.Egress, chains["c_out"].Hook);
        Assert.True(chains["c_out"].IsDropping);
        Assert.Equal(["one", "two"], chains["c_out"].Links.Order());
        Assert.True(chains["c_dnat"].IsNat);
        Assert.Equal(FilterVerdict.Translate, chains["c_dnat"].Rules[0].Verdict);
        Assert.Equal(FilterHook.Postrouting, chains["c_snat"].Hook);
        Assert.Equal(FilterHook.Input, chains["c_to"].Hook);
        Assert.Equal(FilterHook.Output, chains["c_own"].Hook);
        Assert.Equal(FilterVerdict.Continue, chains["c_snat"].Rules[0].Verdict);
        Assert.Equal(new FilterMark(uint.MaxValue, 5), chains["c_mark"].Rules[0].Mark);
        Assert.Equal(new FilterMark(uint.MaxValue, null), chains["c_mark"].Rules[1].Mark);
    });

    /// <summary>The same by xtables.</summary>
    [KernelTheory]
    [InlineData("-t nat -A PREROUTING -p tcp -j DNAT --to 192.0.2.1", FilterVerdict.Translate, null)]
    [InlineData("-t nat -A PREROUTING -p tcp -j REDIRECT --to-ports 8080", FilterVerdict.Translate, null)]
    [InlineData("-t mangle -A PREROUTING -j MARK --set-mark 7", FilterVerdict.Continue, 7u)]
    [InlineData("-t mangle -A PREROUTING -m mark ! --mark 9 -j DROP", FilterVerdict.Drop, null)]
    public void What_changes_packets_by_xtables(string words, FilterVerdict verdict, uint? mark) =>
        PrivateNetwork.Run(() =>
        {
            PrivateNetwork.Command("iptables", words);
            var rule = FilterReader.Read().SelectMany(chain => chain.Rules).Single();
            Assert.Equal((verdict, mark), (rule.Verdict, rule.Mark?.Value));
            Assert.True(rule.Holds(new FilteredPacket(Vip) { Protocol = IpProtocol.Tcp, Mark = 5 }));
            var nine = new FilteredPacket(Vip) { Protocol = IpProtocol.Tcp, Mark = 9 };
            Assert.Equal(!words.Contains("-m mark"), rule.Holds(nine));
        });

    /// <summary>Whatever the kernel says, nothing but a refusal happens.</summary>
    [Fact]
    public void Damaged_or_cut_anywhere_it_is_read_within_its_bounds()
    {
        int read = 0;
        foreach (string line in Capture.Of("nfqueue-target.txt").Lines.Concat(Capture.Of("listing.txt").Lines))
        {
            byte[] message = Convert.FromHexString(line);
            for (int at = 16; at < message.Length; at++)
            {
                byte[] cut = message[..at];
                BitConverter.TryWriteBytes(cut, at);
                read += TryRead(cut) ? 1 : 0;
                foreach (byte lie in (ReadOnlySpan<byte>)[0, 1, 4, 8, 0x7f, 0xff])
                {
                    byte[] damaged = [.. message];
                    damaged[at] = lie;
                    read += TryRead(damaged) ? 1 : 0;
                }
            }
        }
        Assert.InRange(read, 1, int.MaxValue);
    }

    private static FilterRule[] RulesOf(string rule)
    {
        PrivateNetwork.Command("nft", "-f -", $$"""
            table inet others {
                chain forward { type filter hook forward priority 0; {{rule}}; }
            }
            """);
        return [.. FilterReader.Read().Single(chain => chain.Table == "others").Rules];
    }

    private static bool TryRead(byte[] message)
    {
        try
        {
            ReadOnlySpan<byte> datagram = message;
            var one = NetlinkMessage.Take(ref datagram);
            return one.Type == NftRequests.MessageType(NFT_MSG_NEWRULE) && FilterReader.DecodeRule(one) is not null;
        }
        catch (NetlinkException)
        {
            return false;
        }
    }

    private static Address Read(string text) => Address.TryParse(text, out var address) ? address : default;
}

using System.Text;
using Nfqlb.Planning.Documents;
using Nfqlb.Planning.Model;
using Nfqlb.Planning.Tests.Support;

namespace Nfqlb.Planning.Tests.Documents;

/// <summary>What may stand in a document, and what it means.</summary>
public class ReadingTests
{
    [Fact]
    public void Everything_that_can_be_asked_for_is_read()
    {
        var state = Read("""
            rules: flat
            queues: {range: "2:5", fanout: true, bypass: true, notrack: true}
            vips: [10.0.0.1/32, {prefix: 2001:db8::/64, egress_table: 4096}, 10.0.0.2, "2001:db8::1"]
            pools:
              - {name: lb-2, N: 4, min_active: 2, when_empty: keep}
              - name: keyed
                N: 4
                identity: name
                seed: 0100000000000000FF00000000000000
                targets: [{name: z, mark: 201, via: 172.16.1.9, weight: 0, state: drain, priority: 65535}]
              - name: lb-1
                M: 1000
                N: 10
                ownfw: 7
                targets:
                  - {name: b, slot: 3, mark: 102, via: 172.16.1.7}
                  - {name: a, slot: 0, mark: 101, via: [172.16.1.6, "fd00::6"], dev: eth1, table: 1101}
                  - {mark: 103, via: "fd00::8,172.16.1.8"}
            flows:
              - name: f
                target: lb-1
                prio: 5
                protocols: [tcp, UDP]
                dsts: [10.0.0.1/32]
                srcs: "10.1.0.0/16, 2001:db8::/32"
                dports: [80, 8000-8080]
                sports: 1024-65535
                match: ["tcp[2:2]=22"]
              - {name: g, target: lb-2, protocols: sctp, udpencap: 9899, dports: 80, hash: [dst, source]}
            links: {veth1: {rx-gro: false}, eth0.7: {rx-udp-gro-forwarding: true, rx-gro: true}, eth1: {}}
            sysctls: {net.ipv4.ip_forward: 1, net.ipv4.tcp_rmem: 4096 131072 6291456}
            """);
        Assert.Equal(
            """
            Flat 2..5 True True True
            vip 0:ffff0a000001/128 -
            vip 20010db800000000:0/64 4096
            vip 0:ffff0a000002/128 -
            vip 20010db800000000:1/128 -
            pool <keyed> 397 4 0
              seed 1 ff
              <z> 0 201 0:ffffac100109 - <-> 201 0 Drain 65535
            pool <lb-1> 997 10 7
              <a> 0 101 0:ffffac100106 fd00000000000000:6 <eth1> 1101
              <-> 1 103 0:ffffac100108 fd00000000000000:8 <-> 103
              <b> 3 102 0:ffffac100107 - <-> 102
            pool <lb-2> 397 4 0
              2 Keep
            flow <f> <lb-1> 5 Tcp, Udp 0 5-tuple
              to [0:ffff0a000001/128] [80..80 8000..8080]
              from [0:ffff0a010000/112 20010db800000000:0/32] [1024..65535]
              match Tcp 2 2 0 22
            flow <g> <lb-2> 0 Sctp 9899 src,dst
              to [] [80..80]
              from [] []
            link <eth0.7> rx-gro True
            link <eth0.7> rx-udp-gro-forwarding True
            link <veth1> rx-gro False
            sysctl <net.ipv4.ip_forward> <1>
            sysctl <net.ipv4.tcp_rmem> <4096 131072 6291456>
            """,
            Spelled.Out(state));
    }

    [Fact]
    public void Json_is_read_too_with_tabs_and_without_any_space()
    {
        const string json = "{\n\t\"rules\":\"flat\","
            + "\"vips\":[\"10.0.0.1\",{\"prefix\":\"fd00::\\/8\",\"egress_table\":9}]}";
        Assert.Equal(
            "Flat 0..3 False False False\nvip 0:ffff0a000001/128 -\nvip fd00000000000000:0/8 9",
            Spelled.Out(Read(json)));
    }

    [Fact]
    public void An_empty_map_asks_for_nothing() =>
        Assert.Equal(Spelled.Out(DesiredState.Empty), Spelled.Out(Read("{}")));

    [Fact]
    public void A_byte_order_mark_is_no_part_of_the_text() =>
        Assert.Equal(RuleLayout.Flat, Read("\ufeffrules: flat").Rules);

    [Theory]
    [InlineData(1, null, 97)] // the prime below 100
    [InlineData(100, null, 9973)]
    [InlineData(65_535, null, 993_997)] // the largest table there is
    [InlineData(10, 10_000, 9973)]
    [InlineData(2, 3, 3)]
    [InlineData(2, 2_147_483_647, 993_997)]
    public void M_is_a_prime_near_what_was_asked_for_or_a_hundred_times_N(int slots, int? asked, int expected)
    {
        string entries = asked is null ? "" : $", M: {asked}";
        var pool = Assert.Single(Read($"pools: [{{name: p, N: {slots}{entries}}}]").Pools);
        Assert.Equal((expected, slots), (pool.Size.Entries, pool.Size.Slots));
    }

    private static DesiredState Read(string text) =>
        Document.Read("FILE", Encoding.UTF8.GetBytes(text), SlotsInUse.None);
}

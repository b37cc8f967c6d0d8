using System.Text;
using Nfqlb.Planning.Documents;
using Nfqlb.Planning.Model;

namespace Nfqlb.Planning.Tests.Documents;

/// <summary>What may not stand in a document: each thing is refused where it stands, by a line that names it.</summary>
public class DiagnosticTests
{
    [Theory]
    // Keys and kinds.
    [InlineData("[]", "1: must be a map, not a list")]
    [InlineData("text", "1: [text] must be a map")]
    [InlineData("rule: tree",
        "1: [rule] is none of rules, mark_mask, queues, vips, announce, fast_path, pools, flows, links, sysctls, "
            + "did you mean rules?")]
    [InlineData("rules: tree\nrules: flat", "2: [rules] stands twice")]
    [InlineData("rules: trees", "1: rules: [trees] must be tree or flat")]
    [InlineData("rules: [tree]", "1: rules: must be text, not a list")]
    [InlineData("rules:", "1: rules: must be text, not nothing")]
    [InlineData("pools:", "1: pools: must be a list, not nothing")]
    [InlineData("pools: {}", "1: pools: must be a list, not a map")]
    [InlineData("pools:\n- 1", "2: pools[0]: [1] must be a map")]
    [InlineData("pools:\n- []", "2: pools[0]: must be a map, not a list")]
    [InlineData("pools: [{}]", "1: pools[0].name: missing", "1: pools[0].N: missing")]
    [InlineData("sysctls: [a]", "1: sysctls: must be a map, not a list")]
    // Queues.
    [InlineData("queues: {range: 3:1}", "1: queues.range: queue range \"3:1\" ends before it begins")]
    [InlineData("queues: {range: 65536}", "1: queues.range: queue \"65536\" is not a number from 0 to 65535")]
    [InlineData("queues: {range: [0]}", "1: queues.range: must be a queue, or a range such as 0:3, not a list")]
    [InlineData("queues: {fanout: yes}", "1: queues.fanout: [yes] must be true or false")]
    [InlineData("announce: {needs: any}", "1: announce.table: missing")]
    [InlineData("announce: {table: 4000, needs: some}", "1: announce.needs: [some] must be all or any")]
    [InlineData("announce: {table: 254}", "1: announce.table: [254] is a table of the system's own")]
    [InlineData("announce: {table: 9}\nvips: [{prefix: 203.0.113.1, egress_table: 9}]",
        "1: announce.table: [9] is a table by which packets leave")]
    [InlineData("queues: {bypass: 1}", "1: queues.bypass: [1] must be true or false")]
    [InlineData("queues: {notrack: \"true\"}", "1: queues.notrack: [true] must be true or false")]
    // Virtual addresses.
    [InlineData("vips:\n- 10.0.0.256", "2: vips[0]: [10.0.0.256] not an address")]
    [InlineData("vips:\n- 10.0.0.1/24", "2: vips[0]: [10.0.0.1/24] the block begins at 10.0.0.0")]
    [InlineData("vips:\n- 10.0.0.0/33", "2: vips[0]: [10.0.0.0/33] the prefix length must be from 0 to 32")]
    [InlineData("vips:\n- {egress_table: 1}", "2: vips[0].prefix: missing")]
    [InlineData("vips:\n- prefix: fd00::1\n  egress_table: 0",
        "3: vips[0].egress_table: [0] must be a whole number from 1 to 4294967295")]
    [InlineData("vips:\n- prefix: fd00::1\n  egress_table: 254",
        "3: vips[0].egress_table: [254] is a table of the system's own")]
    [InlineData("vips:\n- 10.0.0.1\n- 10.0.0.1/32", "3: vips[1]: [10.0.0.1/32] stands twice")]
    // Pools.
    [InlineData("pools: [{name: a b, N: 1}]", "1: pools[0].name: [a b] character 0x20 is not allowed")]
    [InlineData("pools: [{name: 1, N: 1}]", "1: pools[0].name: [1] must be text: put it into quotes")]
    [InlineData("pools: [{name: p, N: 0}]", "1: pools[0].N: [0] must be a whole number from 1 to 65535")]
    [InlineData("pools: [{name: p, N: \"1\"}]", "1: pools[0].N: [1] must be a whole number from 1 to 65535")]
    [InlineData("pools: [{name: p, N: 010}]", "1: pools[0].N: [010] must be a whole number from 1 to 65535")]
    [InlineData("pools: [{name: p, N: 1, M: 2}]", "1: pools[0].M: [2] must be a whole number from 3 to 2147483647")]
    [InlineData("pools: [{name: p, N: 9, M: 7}]", "1: pools[0]: [p] N can't be larger than M")]
    [InlineData("pools: [{name: p, N: 1, ownfw: -1}]",
        "1: pools[0].ownfw: [-1] must be a whole number from 0 to 2147483647")]
    [InlineData("pools:\n- {name: p, N: 1}\n- name: p\n  N: 2", "3: pools[1].name: [p] stands twice")]
    // Flows.
    [InlineData("flows: [{}]", "1: flows[0].name: missing", "1: flows[0].target: missing")]
    [InlineData("flows: [{name: '#f', target: p}]", "1: flows[0].name: [#f] a leading '#' is for helper flows",
        "1: flows[0].target: [p] is none of the pools")]
    [InlineData("flows: [{name: f, target: a/b}]", "1: flows[0].target: [a/b] '/' is not allowed")]
    [InlineData("pools: [{name: p, N: 1}]\nflows:\n- name: f\n  target: p\n  dports: [80, 90]",
        "5: flows[0].dports: [80,90] ports without protocols")]
    [InlineData("pools: [{name: p, N: 1}]\nflows:\n- {name: f, target: p, sports: 7}",
        "3: flows[0].sports: [7] ports without protocols")]
    [InlineData("flows: [{name: f, target: 1}]", "1: flows[0].target: [1] must be text: put it into quotes")]
    [InlineData("x: 1\npools: [{name: p, N: 1}]\nflows:\n- name: f\n  target: p\n  dports: [80, 0,\n    9-8, x]",
        "1: [x] is none of rules, mark_mask, queues, vips, announce, fast_path, pools, flows, links, sysctls",
        "6: flows[0].dports[1]: [0] a port must be from 1 to 65535",
        "7: flows[0].dports[2]: [9-8] the range ends before it begins",
        "7: flows[0].dports[3]: [x] a port must be from 1 to 65535")]
    [InlineData(
        "pools: [{name: p, N: 1}]\nflows:\n- {name: f, target: p, dsts: '10.0.0.1/24', prio: -1, protocols: icmp}",
        "3: flows[0].prio: [-1] must be a whole number from 0 to 2147483647",
        "3: flows[0].protocols: [icmp] must be tcp, udp or sctp",
        "3: flows[0].dsts: [10.0.0.1/24] the block begins at 10.0.0.0")]
    [InlineData("pools: [{name: p, N: 1}]\nflows:\n- {name: f, target: p, match: tcp, udpencap: 65536, sports: {}}",
        "3: flows[0].sports: must be a list, or text with commas, not a map",
        "3: flows[0].match: [tcp] Doesn't match regexp",
        "3: flows[0].udpencap: [65536] must be a whole number from 0 to 65535")]
    [InlineData("pools: [{name: p, N: 1}]\nflows:\n- {name: f, target: p, udpencap: 5}",
        "3: flows[0].udpencap: only sctp for udpencap, not []")]
    [InlineData("pools: [{name: p, N: 1}]\nflows:\n- {name: f, target: p}\n- {name: f, target: p, prio: x}",
        "4: flows[1].prio: [x] must be a whole number from 0 to 2147483647", "4: flows[1].name: [f] stands twice")]
    // Links.
    [InlineData("links: [eth0]", "1: links: must be a map, not a list")]
    [InlineData("links: {eth0: rx-gro}", "1: links[eth0]: [rx-gro] must be a map")]
    [InlineData("links:\n  eth0.7:\n    rx-gro: yes", "3: links[eth0.7].rx-gro: [yes] must be true or false")]
    [InlineData("links: {eth0: {tso: true}}", "1: links[eth0]: [tso] is none of rx-gro, rx-udp-gro-forwarding")]
    [InlineData("links:\n  eth0: {rx-udp-gro-forwardng: true, rx_gro: true}",
        "2: links[eth0]: [rx-udp-gro-forwardng] is none of rx-gro, rx-udp-gro-forwarding, did you mean "
            + "rx-udp-gro-forwarding?",
        "2: links[eth0]: [rx_gro] is none of rx-gro, rx-udp-gro-forwarding, did you mean rx-gro?")]
    [InlineData("links:\n  a/b: {rx-gro: true}", "2: links[a/b]: '/' and ':' are not allowed")]
    [InlineData("links:\n  eth0: {rx-gro: true}\n  eth0: {}", "3: [eth0] stands twice")]
    // Settings.
    [InlineData("sysctls:\n  net.ipv4.ip_forward:",
        "2: sysctls[net.ipv4.ip_forward]: must be a number or text, not nothing")]
    [InlineData("sysctls:\n  net..x: 1", "2: sysctls[net..x]: a part of the name is empty")]
    [InlineData("sysctls: {a: ''}", "1: sysctls[a]: [] is not what a setting can be")]
    public void What_is_wrong_is_named_where_it_stands(string text, params string[] expected) =>
        Assert.Equal(expected, DiagnosticsAbout(text));

    /// <summary>No line shows a seed, which is a secret.</summary>
    [Theory]
    [InlineData("identity: names", ".identity: [names] must be slot or name")]
    [InlineData("identity: name", ".seed: missing: a pool that knows targets by name needs one")]
    [InlineData("seed: 00112233445566778899aabbccddeeff", ".seed: is for identity: name")]
    [InlineData("identity: name, seed: 00112233445566778899aabbccddeef", ".seed: must be 32 hexadecimal digits")]
    [InlineData("min_active: 0", ".min_active: [0] must be a whole number from 1 to 65535")]
    [InlineData("min_active: 4", ".min_active: [4] must be from 1 to N, which is 3")]
    [InlineData("when_empty: stay", ".when_empty: [stay] must be notargets or keep")]
    public void What_a_pool_is_told_is_refused_where_it_stands(string told, string expected) => Assert.Equal(
        [$"2: pools[0]{expected}"], DiagnosticsAbout($"pools:\n- {{name: lb, N: 3, {told}}}"));

    [Theory]
    [InlineData("{mark: 0, via: 10.0.0.1}", ".mark: [0] must be a whole number from 1 to 2147483647")]
    [InlineData("{mark: 1.5, via: 10.0.0.1}", ".mark: [1.5] must be a whole number from 1 to 2147483647")]
    [InlineData("{mark: 4294967296, via: 10.0.0.1}", ".mark: [4294967296] must be a whole number from 1 to 2147483647")]
    [InlineData("{via: 10.0.0.1}", ".mark: missing")]
    [InlineData("{mark: 5}", ".via: missing")]
    [InlineData("{mark: 5, via: []}", ".via: missing")]
    [InlineData("{mark: 5, via: 10.0.0}", ".via: [10.0.0] not an address")]
    [InlineData("{mark: 5, via: [10.0.0.1, 10.0.0.2]}", ".via[1]: [10.0.0.2] a second IPv4 address")]
    [InlineData("{mark: 5, via: 'fd00::1,fd00::2'}", ".via: [fd00::2] a second IPv6 address")]
    [InlineData("{mark: 5, via: {a: 1}}", ".via: must be a list, or text with commas, not a map")]
    [InlineData("{mark: 5, via: [[10.0.0.1]]}", ".via[0]: must be text, not a list")]
    [InlineData("{mark: 5, via: '0.0.0.0'}", ".via: [0.0.0.0] is no IPv4 address to send to")]
    [InlineData("{mark: 5, via: 127.0.0.9}", ".via: [127.0.0.9] is this host itself")]
    [InlineData("{mark: 5, via: '::1'}", ".via: [::1] is this host itself")]
    [InlineData("{mark: 5, via: 10.0.0.1, slot: 3}", ".slot: [3] must be from 0 to 2")]
    [InlineData("{mark: 5, via: 10.0.0.1, slot: 1}", ".slot: [1] stands twice")]
    [InlineData("{mark: 5, via: 10.0.0.1, slot: -1}", ".slot: [-1] must be a whole number from 0 to 65534")]
    [InlineData("{mark: 5, via: 10.0.0.1, name: a}", ".name: [a] stands twice")]
    [InlineData("{mark: 5, via: 10.0.0.1, name: ''}", ".name: [] must be 1 to 255 characters")]
    [InlineData("{mark: 5, via: 10.0.0.1, dev: a/b}", ".dev: [a/b] '/' and ':' are not allowed")]
    [InlineData("{mark: 5, via: 10.0.0.1, table: 254}", ".table: [254] is a table of the system's own")]
    [InlineData("{mark: 253, via: 10.0.0.1}", ".table: [253] is a table of the system's own")]
    [InlineData("{mark: 101, via: 10.0.0.1}", ".mark: [101] already leads to another target")]
    [InlineData("{mark: 5, table: 101, via: 10.0.0.1}", ".table: [101] already leads to another target")]
    [InlineData("{mark: 5, via: 10.0.0.1, load: 2}",
        ": [load] is none of mark, via, name, slot, dev, table, weight, state, priority, check")]
    [InlineData("{mark: 5, via: 10.0.0.1, weight: 65536}", ".weight: [65536] must be a whole number from 0 to 65535")]
    [InlineData("{mark: 5, via: 10.0.0.1, state: off}", ".state: [off] must be up, drain or down")]
    [InlineData("{mark: 5, via: 10.0.0.1, priority: -1}", ".priority: [-1] must be a whole number from 0 to 65535")]
    public void A_target_is_refused_where_it_stands(string target, string expected)
    {
        string text = $$"""
            pools:
            - name: lb
              N: 3
              targets:
              - {name: a, slot: 1, mark: 101, via: 172.16.0.1}
              - {{target}}
            """;
        Assert.Equal([$"6: pools[0].targets[1]{expected}"], DiagnosticsAbout(text));
    }

    [Fact]
    public void What_has_no_slot_left_says_so()
    {
        const string text = """
            pools: [{name: lb, N: 1, targets: [
              {mark: 1, via: 10.0.0.1},
              {mark: 2, via: 10.0.0.2}]}]
            """;
        Assert.Equal(["3: pools[0].targets[1].slot: all 1 slots of the pool are taken"], DiagnosticsAbout(text));
    }

    [Fact]
    public void A_target_that_cannot_be_read_disturbs_no_other()
    {
        const string text = """
            pools:
            - {name: lb-1, N: 2, targets: [{mark: 5, via: nowhere}]}
            - {name: lb-2, N: x, targets: [{mark: 5, via: 10.0.0.1, slot: 60000}]}
            - {name: lb 3, N: 2}
            flows:
            - {name: f, target: lb-2}
            """;
        Assert.Equal(
            [
                "2: pools[0].targets[0].via: [nowhere] not an address",
                "3: pools[1].N: [x] must be a whole number from 1 to 65535",
                "4: pools[2].name: [lb 3] character 0x20 is not allowed",
            ],
            DiagnosticsAbout(text));
    }

    [Fact]
    public void All_of_them_are_told_at_once_with_the_name_of_the_file()
    {
        var told = Assert.Throws<InvalidStateException>(
            () => Document.Read("lb.yaml", "rules: x\nvips: [y]"u8, SlotsInUse.None));
        Assert.Equal(
            "lb.yaml:1: rules: [x] must be tree or flat\nlb.yaml:2: vips[0]: [y] not an address", told.Message);
    }

    [Fact]
    public void What_a_terminal_might_obey_is_shown_instead() =>
        Assert.Equal([@"1: rules: [\x1b[2J] must be tree or flat"], DiagnosticsAbout("rules: \"\\e[2J\""));

    private static IEnumerable<string> DiagnosticsAbout(string text)
    {
        Document.Read(Encoding.UTF8.GetBytes(text), SlotsInUse.None, out var diagnostics);
        return diagnostics.Select(diagnostic => $"{diagnostic.Line}: {diagnostic.What}");
    }
}

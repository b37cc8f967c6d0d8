using System.Text;
using Nfqlb.Planning.Documents;
using Nfqlb.Planning.Model;

namespace Nfqlb.Planning.Tests.Documents;

/// <summary>Several files are one document, and what does not fit together is named with both places.</summary>
public class SeveralFilesTests
{
    private const string Base = """
        queues: {range: 0:3}
        pools:
        - {name: web, N: 4, targets: [{mark: 101, via: 192.0.2.1, slot: 0}]}
        vips: [203.0.113.10]
        sysctls: {net.ipv4.ip_forward: 1}
        links: {eth0: {rx-gro: true}}
        """;

    [Fact]
    public void Lists_go_on_and_maps_are_joined()
    {
        var state = Read(Base, """
            queues: {notrack: true}
            pools:
            - {name: db, N: 2}
            flows:
            - {name: http, target: web}
            vips: [203.0.113.11]
            sysctls: {net.ipv6.conf.all.forwarding: 1}
            links: {eth0: {rx-udp-gro-forwarding: true}}
            """);

        Assert.Equal(["db", "web"], state.Pools.Select(pool => pool.Name.Text));
        Assert.Equal("web", Assert.Single(state.Flows).Target.Text);
        Assert.Equal(
            ["203.0.113.10/32", "203.0.113.11/32"], state.Vips.Select(vip => vip.Prefix.ToPlainString()));
        Assert.Equal((0, 3, true), (state.Queues.First, state.Queues.Last, state.Queues.IsUntracked));
        Assert.Equal(2, state.Sysctls.Length);
        Assert.Equal(2, state.Features.Length);
    }

    [Fact]
    public void A_file_cut_in_pieces_reads_as_the_whole()
    {
        string[] pieces = Base.Split('\n', 2);
        Assert.Equal(Document.ToYaml(Read(Base)), Document.ToYaml(Read(pieces)));
    }

    [Fact]
    public void A_value_that_is_the_same_in_both_is_no_conflict() =>
        Assert.Equal((0, 3), (Read(Base, "queues: {range: 0:3}").Queues.First, Read(Base).Queues.Last));

    [Theory]
    [InlineData("queues: {range: 0:1}", "b.yaml:1: queues.range: [0:1] stands otherwise at a.yaml:1")]
    [InlineData("\nqueues: [1]", "b.yaml:2: queues: a list stands otherwise at a.yaml:1")]
    [InlineData("links: {eth0: {rx-gro: false}}",
        "b.yaml:1: links.eth0.rx-gro: [false] stands otherwise at a.yaml:6")]
    [InlineData("sysctls:\n  net.ipv4.ip_forward: 0",
        "b.yaml:2: sysctls.net.ipv4.ip_forward: [0] stands otherwise at a.yaml:5")]
    [InlineData("pools:\n- {name: web, N: 2}", "b.yaml:2: pools[1].name: [web] stands twice, first at a.yaml:3")]
    [InlineData("vips:\n- 203.0.113.1\n- 203.0.113.10",
        "b.yaml:3: vips[2]: [203.0.113.10/32] stands twice, first at a.yaml:4")]
    [InlineData("rules: x", "b.yaml:1: rules: [x] must be tree or flat")]
    [InlineData("rules: [", "b.yaml:1: While parsing a node, did not find expected node content.")]
    [InlineData("", "b.yaml:1: nothing stands in it; {} asks for nothing")]
    public void What_does_not_fit_together_is_named_with_both_places(string second, string words)
    {
        var told = Assert.Throws<InvalidStateException>(() => Read(Base, second));
        Assert.Equal(words, told.Message);
    }

    /// <summary>All that is wrong is told at once, also where files contradict each other.</summary>
    [Fact]
    public void What_contradicts_between_files_does_not_hide_what_else_is_wrong()
    {
        var told = Assert.Throws<InvalidStateException>(() => Read(
            Base, "queues: {range: 0:1}\nrules: x",
            "sysctls: {net.ipv4.ip_forward: 0}\nflows: [{name: f, target: t}]"));
        Assert.Equal(
            [
                "b.yaml:1: queues.range: [0:1] stands otherwise at a.yaml:1",
                "b.yaml:2: rules: [x] must be tree or flat",
                "c.yaml:1: sysctls.net.ipv4.ip_forward: [0] stands otherwise at a.yaml:5",
                "c.yaml:2: flows[0].target: [t] is none of the pools",
            ],
            told.Message.Split('\n'));
    }

    [Fact]
    public void What_a_file_that_cannot_be_parsed_may_have_is_not_missed_in_others()
    {
        var told = Assert.Throws<InvalidStateException>(
            () => Read("flows: [{name: f, target: t}]", "pools: [", "a: ]"));
        Assert.Equal(["b.yaml", "c.yaml"], told.Message.Split('\n').Select(line => line[..6]));
    }

    private static DesiredState Read(params string[] texts) =>
        new DocumentSource(texts.Select((text, i) =>
            new DocumentFile($"{"abc"[i]}.yaml", Encoding.UTF8.GetBytes(text)))).Read(SlotsInUse.None);
}

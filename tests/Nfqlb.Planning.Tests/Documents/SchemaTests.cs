using System.Text;
using System.Text.Json;
using Nfqlb.Planning.Documents;
using Nfqlb.Planning.Tests.Support;
using Nfqlb.Tests.Support;

namespace Nfqlb.Planning.Tests.Documents;

/// <summary>The schema that editors use says what the reader does.</summary>
public class SchemaTests
{
    private const string Path = "docs/nfqlb.schema.json";
    private static readonly JsonSchema Schema = JsonSchema.Read(Repository.Read(Path));

    /// <summary>Each map of the document: where the schema has it, and the keys that the reader knows.</summary>
    public static TheoryData<string, string[], string[]> Maps => new()
    {
        { "", DocumentKeys.Document.Required, DocumentKeys.Document.Optional },
        { "queues", DocumentKeys.Queues.Required, DocumentKeys.Queues.Optional },
        { "announce", DocumentKeys.Announce.Required, DocumentKeys.Announce.Optional },
        { "fast_path", DocumentKeys.FastPath.Required, DocumentKeys.FastPath.Optional },
        { "vip", DocumentKeys.Vip.Required, DocumentKeys.Vip.Optional },
        { "pool", DocumentKeys.Pool.Required, DocumentKeys.Pool.Optional },
        { "from", DocumentKeys.From.Required, DocumentKeys.From.Optional },
        { "kubernetes", DocumentKeys.Kubernetes.Required, DocumentKeys.Kubernetes.Optional },
        { "target", DocumentKeys.Target.Required, DocumentKeys.Target.Optional },
        { "check", DocumentKeys.Check.Required, DocumentKeys.Check.Optional },
        { "link", DocumentKeys.Link.Required, DocumentKeys.Link.Optional },
        { "flow", DocumentKeys.Flow.Required, DocumentKeys.Flow.Optional },
    };

    [Theory, MemberData(nameof(Maps))]
    public void It_has_the_keys_that_are_read_and_tells_what_each_is(string name, string[] required, string[] optional)
    {
        var map = name switch
        {
            "" => Schema.Root,
            "queues" or "announce" or "fast_path" => Schema.Root.GetProperty("properties").GetProperty(name),
            _ => Schema.Root.GetProperty("$defs").GetProperty(name),
        };
        var properties = map.GetProperty("properties").EnumerateObject().ToList();
        Assert.Equal(required.Concat(optional).Order(), properties.Select(property => property.Name).Order());
        Assert.All(properties, property => Assert.NotEmpty(property.Value.GetProperty("description").GetString()!));
        var demanded = map.TryGetProperty("required", out var list)
            ? list.EnumerateArray().Select(key => key.GetString()!)
            : [];
        Assert.Equal(required.Order(), demanded.Order());
        Assert.False(map.GetProperty("additionalProperties").GetBoolean());
    }

    [Fact]
    public void It_has_no_map_that_is_not_compared()
    {
        int compared = Maps.Count();
        Assert.Equal(compared, Everything(Schema.Root).Count(element => element.TryGetProperty("properties", out _)
            && element.TryGetProperty("type", out var type) && type.ValueKind == JsonValueKind.String));
    }

    [Fact]
    public void It_accepts_whatever_is_exported() => Seeded.Run(random =>
    {
        for (int i = 0; i < 300; i++)
        {
            string json = Document.ToJson(new RandomState(random).Next());
            Assert.True(Schema.Accepts(json), json);
        }
    });

    /// <summary>Both refuse them; what the schema cannot know, such as that a slot is taken, is not among
    /// them.</summary>
    [Theory]
    [InlineData("[]")]
    [InlineData("{rule: tree}")]
    [InlineData("{rules: trees}")]
    [InlineData("{rules: null}")]
    [InlineData("{mark_mask: 0}")]
    [InlineData("{mark_mask: ff}")]
    [InlineData("{mark_mask: '0x1ffffffff'}")]
    [InlineData("{mark_mask: 4294967296}")]
    [InlineData("{mark_mask: [1]}")]
    [InlineData("{queues: []}")]
    [InlineData("{announce: {}}")]
    [InlineData("{fast_path: {}}")]
    [InlineData("{fast_path: {links: []}}")]
    [InlineData("{fast_path: {links: [eth0], exit: out}}")]
    [InlineData("{fast_path: {links: [an-interface-too-long]}}")]
    [InlineData("{fast_path: {links: [a/b]}}")]
    [InlineData("{fast_path: {links: [a, b, c, d, e, f, g, h, i]}}")]
    [InlineData("{announce: {table: 0}}")]
    [InlineData("{announce: {table: 4000, needs: some}}")]
    [InlineData("{queues: {range: 65536}}")]
    [InlineData("{queues: {range: a}}")]
    [InlineData("{queues: {fanout: yes}}")]
    [InlineData("{queues: {spread: yes}}")]
    [InlineData("{queues: {spread: true}}")]
    [InlineData("{vips: 10.0.0.1}")]
    [InlineData("{vips: [host]}")]
    [InlineData("{vips: [{egress_table: 1}]}")]
    [InlineData("{vips: [{prefix: 10.0.0.1, egress_table: 0}]}")]
    [InlineData("{pools: {}}")]
    [InlineData("{pools: [{name: p}]}")]
    [InlineData("{pools: [{N: 1}]}")]
    [InlineData("{pools: [{name: 'a b', N: 1}]}")]
    [InlineData("{pools: [{name: \"a'b\", N: 1}]}")]
    [InlineData("{pools: [{name: 1, N: 1}]}")]
    [InlineData("{pools: [{name: p, N: 0}]}")]
    [InlineData("{pools: [{name: p, N: 65536}]}")]
    [InlineData("{pools: [{name: p, N: 1, M: 2}]}")]
    [InlineData("{pools: [{name: p, N: 1, identity: names}]}")]
    [InlineData("{pools: [{name: p, N: 1, seed: 00112233445566778899aabbccddeeff}]}")]
    [InlineData("{pools: [{name: p, N: 1, identity: name, seed: ff}]}")]
    [InlineData("{pools: [{name: p, N: 1, min_active: 0}]}")]
    [InlineData("{pools: [{name: p, N: 1, when_empty: never}]}")]
    [InlineData("{pools: [{name: p, N: 1, targets: [{mark: 1, via: 10.0.0.1, weight: 65536}]}]}")]
    [InlineData("{pools: [{name: p, N: 1, targets: [{mark: 1, via: 10.0.0.1, state: UP}]}]}")]
    [InlineData("{pools: [{name: p, N: 1, targets: [{mark: 1, via: 10.0.0.1, priority: -1}]}]}")]
    [InlineData("{pools: [{name: p, N: 1, targets: [{mark: 1}]}]}")]
    [InlineData("{pools: [{name: p, N: 1, targets: [{mark: 0, via: 10.0.0.1}]}]}")]
    [InlineData("{pools: [{name: p, N: 1, targets: [{mark: 1, via: 10.0.0.1, slot: 65535}]}]}")]
    [InlineData("{pools: [{name: p, N: 1, targets: [{mark: 1, via: 10.0.0.1, dev: ''}]}]}")]
    [InlineData("{pools: [{name: p, N: 1, targets: [{mark: 1, via: 10.0.0.1, x: 1}]}]}")]
    [InlineData("{pools: [{name: p, N: 1, panic: 50}]}")]
    [InlineData("{pools: [{name: p, N: 1, panic: 101%}]}")]
    [InlineData("{pools: [{name: p, N: 1, slow_start: 30}]}")]
    [InlineData("{pools: [{name: p, N: 1, slow_start: fast}]}")]
    [InlineData("{pools: [{name: p, N: 1, check: tcp}]}")]
    [InlineData("{pools: [{name: p, N: 1, check: {type: quic}}]}")]
    [InlineData("{pools: [{name: p, N: 1, check: {port: 0}}]}")]
    [InlineData("{pools: [{name: p, N: 1, check: {interval: 1}}]}")]
    [InlineData("{pools: [{name: p, N: 1, check: {interval: 1 s}}]}")]
    [InlineData("{pools: [{name: p, N: 1, check: {rise: 0}}]}")]
    [InlineData("{pools: [{name: p, N: 1, check: {when_bad: keep}}]}")]
    [InlineData("{pools: [{name: p, N: 1, check: {fall: 101}}]}")]
    [InlineData("{pools: [{name: p, N: 1, check: {path: up}}]}")]
    [InlineData("{pools: [{name: p, N: 1, check: {path: '/a b'}}]}")]
    [InlineData("{pools: [{name: p, N: 1, check: {host: 'a b'}}]}")]
    [InlineData("{pools: [{name: p, N: 1, check: {status: 600}}]}")]
    [InlineData("{pools: [{name: p, N: 1, check: {status: ok}}]}")]
    [InlineData("{pools: [{name: p, N: 1, check: {body: ''}}]}")]
    [InlineData("{pools: [{name: p, N: 1, check: {verify: no}}]}")]
    [InlineData("{pools: [{name: p, N: 1, check: {ca: ca.pem}}]}")]
    [InlineData("{pools: [{name: p, N: 1, check: {payload: 1}}]}")]
    [InlineData("{pools: [{name: p, N: 1, check: {type: none}}]}")]
    [InlineData("{pools: [{name: p, N: 1, check: {type: icmp, port: 7}}]}")]
    [InlineData("{pools: [{name: p, N: 1, check: {type: tcp, port: 7, path: /}}]}")]
    [InlineData("{pools: [{name: p, N: 1, check: {type: http, verify: false}}]}")]
    [InlineData("{pools: [{name: p, N: 1, check: {type: tcp, port: 7, payload: a}}]}")]
    [InlineData("{pools: [{name: p, N: 1, check: {type: udp, port: 7, command: [/bin/true]}}]}")]
    [InlineData("{pools: [{name: p, N: 1, from: web/shop}]}")]
    [InlineData("{pools: [{name: p, N: 1, from: [{}]}]}")]
    [InlineData("{pools: [{name: p, N: 1, from: {kubernetes: {service: s}}}]}")]
    [InlineData("{pools: [{name: p, N: 1, from: {kubernetes: {namespace: a_b, service: s}}}]}")]
    [InlineData("{pools: [{name: p, N: 1, from: {kubernetes: {namespace: a, service: s, port: 0}}}]}")]
    [InlineData("{pools: [{name: p, N: 1, from: {kubernetes: {namespace: a, service: s, unready: gone}}}]}")]
    [InlineData("{pools: [{name: p, N: 1, from: {kubernetes: {namespace: a, service: s, terminating: true}}}]}")]
    [InlineData("{flows: [{name: f}]}")]
    [InlineData("{flows: [{name: f, target: p, prio: -1}]}")]
    [InlineData("{flows: [{name: f, target: p, protocols: tcp, dports: 0}]}")]
    [InlineData("{flows: [{name: f, target: p, protocols: tcp, dports: [70000]}]}")]
    [InlineData("{flows: [{name: f, target: p, dports: 80}]}")]
    [InlineData("{flows: [{name: f, target: p, sports: 80}]}")]
    [InlineData("{flows: [{name: f, target: p, protocols: true}]}")]
    [InlineData("{flows: [{name: f, target: p, udpencap: 65536}]}")]
    [InlineData("{links: []}")]
    [InlineData("{links: {eth0: true}}")]
    [InlineData("{links: {eth0: {gro: true}}}")]
    [InlineData("{links: {eth0: {rx-gro: 1}}}")]
    [InlineData("{links: {a-name-of-16-byte: {rx-gro: true}}}")]
    [InlineData("{sysctls: []}")]
    [InlineData("{sysctls: {a: true}}")]
    public void It_refuses_what_is_refused(string yaml)
    {
        byte[] utf8 = Encoding.UTF8.GetBytes(yaml);
        Document.Read(utf8, SlotsInUse.None, out var diagnostics);
        Assert.NotEmpty(diagnostics);
        Assert.False(Schema.Accepts(AsJson(yaml)), "the schema accepts it");
    }

    [Theory]
    [InlineData("examples/demo/demo.yaml")]
    [InlineData("examples/frontend/frontend.yaml")]
    public void Examples_are_read_and_accepted(string path)
    {
        string text = Repository.Read(path);
        var state = Document.Read(path, Encoding.UTF8.GetBytes(text), SlotsInUse.None);
        Assert.NotEmpty(state.Targets);
        Assert.True(Schema.Accepts(AsJson(text)), "the schema does not accept it");
    }

    [Fact]
    public void The_example_of_the_documentation_has_every_key_and_is_read_and_accepted()
    {
        string documentation = Repository.Read("docs/documents.md");
        string text = documentation.Split("```yaml\n")[1].Split("```")[0];
        Document.Read("docs/documents.md", Encoding.UTF8.GetBytes(text), SlotsInUse.None);
        Assert.True(Schema.Accepts(AsJson(text)), "the schema does not accept it");
        var keys = Maps.SelectMany(map => ((string[])map[1]).Concat((string[])map[2]));
        Assert.All(keys, key => Assert.Matches($@"(^|[ {{]){key}: ", text.ReplaceLineEndings(" ")));
    }

    private static string AsJson(string yaml) =>
        Encoding.UTF8.GetString(JsonNotation.Write(YamlNotation.Parse(yaml), isIndented: false));

    private static IEnumerable<JsonElement> Everything(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Object => element.EnumerateObject().SelectMany(each => Everything(each.Value)).Prepend(element),
        JsonValueKind.Array => element.EnumerateArray().SelectMany(Everything),
        _ => [],
    };
}

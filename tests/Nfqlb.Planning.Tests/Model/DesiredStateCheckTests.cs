using Nfqlb.Flows;
using Nfqlb.Maglev;
using Nfqlb.Packets;
using Nfqlb.Planning.Model;

namespace Nfqlb.Planning.Tests.Model;

/// <summary>Parts of a wanted state that do not fit together are named by their path; nothing else is.</summary>
public class DesiredStateCheckTests
{
    private static readonly Address Here = Address.FromIpv4(0x0a00_0001);
    private static readonly DesiredTarget Sound = new() { Name = "a", Slot = 0, Mark = new(101), Via4 = Here };
    private static readonly DesiredTarget Second = new() { Name = "b", Slot = 1, Mark = new(102), Via4 = Here };

    [Fact]
    public void Of_a_good_state_there_is_nothing_to_say() => Expect(
        new DesiredState
        {
            Pools =
            [
                Pool("lb-1", Sound, Second with { Via4 = null, Via6 = new(1, 2), Device = "eth0.100", Table = 7 }),
                // The same target again, in another pool and another slot; and twice, for twice the share.
                Pool("lb-2", Sound, Sound with { Name = null, Slot = 2 }),
                Pool("empty"),
            ],
            Flows = [Flow("f", "lb-1"), Flow("g", "lb-1"), Flow("h", "lb-2")],
            Vips = [Vip("10.0.0.0/24", 4096), Vip("10.0.0.1/32", 4096), Vip("2000::/3"), Vip("16.0.0.0/4")],
            Queues = new() { First = 5, Last = 5 },
            Sysctls = [new("net.ipv4.ip_forward", "1"), new("net.ipv4.conf.eth0/100.rp_filter", "0")],
        });

    [Fact]
    public void Nothing_asked_for_is_a_good_state() => Expect(DesiredState.Empty);

    [Fact]
    public void The_size_of_a_pool() =>
        Expect(Pools(Pool("lb") with { Shape = new(new(10, 4)) }), "pools[0]: [lb] M must be a prime");

    [Fact]
    public void Two_pools_of_one_name() =>
        Expect(Pools(Pool("lb"), Pool("x"), Pool("lb")), "pools[2].name: [lb] stands twice");

    [Fact]
    public void The_own_mark() =>
        Expect(Pools(Pool("lb") with { Settings = new(-1) }), "pools[0].ownfw: [-1] must be from 0 to 2147483647");

    [Fact]
    public void As_many_as_must_be_active_have_room()
    {
        Expect(Pools(Pool("lb") with { Settings = new(0) { MinActive = 4 } }));
        Expect(
            Pools(Pool("lb") with { Settings = new(0) { MinActive = 5 } }),
            "pools[0].min_active: [5] must be from 1 to N, which is 4");
    }

    [Fact]
    public void A_keyed_pool_knows_its_targets_by_names_that_fit()
    {
        var pool = Pool(
            "lb", Sound with { Name = new string('a', 63) }, Second with { Name = null },
            Second with { Slot = 3, Name = new string('b', 64) });
        Expect(
            Pools(pool with { Shape = new(pool.Size, new Packets.HashSeed(1, 2)) }),
            "pools[0].targets[1].name: missing: the pool knows its targets by name",
            $"pools[0].targets[2].name: [{new string('b', 64)}] must be 1 to 63 characters");
    }

    [Fact]
    public void A_table_of_announcements_leads_to_no_target()
    {
        var wanted = Pools(Pool("lb", Sound)) with { Announcing = new(Sound.Table) };
        Expect(wanted, $"announce.table: [{Sound.Table}] already leads to a target");
        Expect(wanted with { Announcing = new(4000) });
    }

    [Fact]
    public void Links_of_the_fast_path_are_few_and_each_stands_once()
    {
        Expect(DesiredState.Empty with { FastPath = new(["eth0", "eth1"]) });
        Expect(DesiredState.Empty with { FastPath = new([]) }, "fast_path.links: must be 1 to 8 links");
        Expect(
            DesiredState.Empty with { FastPath = new(["eth0", "a/b", "eth0"]) },
            "fast_path.links[1]: [a/b] '/' and ':' are not allowed", "fast_path.links[2]: [eth0] stands twice");
    }

    [Fact]
    public void A_mark_has_no_bits_of_others()
    {
        var wanted = Pools(Pool("lb", Sound, Second with { Mark = new(0x1066) })) with { MarkMask = new(0xff) };
        Expect(wanted, "pools[0].targets[1].mark: [4198] has bits outside the mark mask [0xff]");
        Expect(wanted with { MarkMask = new(0x10ff) });
    }

    [Fact]
    public void Packets_are_spread_in_one_way_over_queues_that_can_be_counted()
    {
        Expect(new DesiredState { Queues = new() { Last = 255, IsByPorts = true } });
        Expect(
            new DesiredState { Queues = new() { Last = 256, IsByPorts = true } },
            "queues.spread: [ports] over 256 queues at most");
        Expect(
            new DesiredState { Queues = new() { IsByCpu = true, IsByPorts = true } },
            "queues.spread: [ports] packets go either by their ports or by the CPU (fanout)");
    }

    [Fact]
    public void Two_targets_of_one_name() =>
        ExpectOfSecond(Second with { Name = "a" }, ".name: [a] stands twice");

    [Theory]
    [InlineData("", "[] must be 1 to 255 characters")]
    [InlineData("a b", "[a b] character 0x20 is not allowed")]
    [InlineData("a\n", "[a\\x0a] character 0x0a is not allowed")]
    public void The_name_of_a_target(string name, string expected) =>
        ExpectOfSecond(Second with { Name = name }, $".name: {expected}");

    [Theory]
    [InlineData(-1, "[-1] must be from 0 to 3")]
    [InlineData(4, "[4] must be from 0 to 3")]
    [InlineData(0, "[0] stands twice")]
    public void The_slot(int slot, string expected) =>
        ExpectOfSecond(Second with { Slot = slot }, $".slot: {expected}");

    [Theory]
    [InlineData(0)]
    [InlineData(-5)]
    public void The_mark(int mark) =>
        ExpectOfSecond(Second with { Mark = new(mark) }, $".mark: [{mark}] must be from 1 to 2147483647");

    [Theory]
    [InlineData(0u)]
    [InlineData(252u)]
    [InlineData(255u)]
    public void A_table_of_linux(uint table) =>
        ExpectOfSecond(Second with { Table = table }, $".table: [{table}] is a table of the system's own");

    [Fact]
    public void A_mark_that_gives_a_table_of_linux() =>
        ExpectOfSecond(Second with { Mark = new(254) }, ".table: [254] is a table of the system's own");

    [Fact]
    public void No_way_of_ours_goes_without_a_link_and_a_table_of_ours()
    {
        ExpectOfSecond(Second with { Via4 = null });
        ExpectOfSecond(
            Second with { Via4 = null, Device = "eth0" }, ".via: [none] goes with neither a link nor a table");
        ExpectOfSecond(Second with { Via4 = null, Table = 9 }, ".via: [none] goes with neither a link nor a table");
    }

    /// <summary>As masked rules of others lead to one.</summary>
    [Fact]
    public void A_table_that_two_marks_lead_to() => ExpectOfSecond(Second with { Table = 101 });

    [Fact]
    public void Ways_that_lead_nowhere()
    {
        ExpectOfSecond(Second with { Via4 = new(1, 2) }, ".via: [::1:0:0:0:2] is no IPv4 address to send to");
        ExpectOfSecond(Second with { Via4 = Address.FromIpv4(0) }, ".via: [0.0.0.0] is no IPv4 address to send to");
        ExpectOfSecond(Second with { Via6 = Here }, ".via: [10.0.0.1] is no IPv6 address to send to");
        ExpectOfSecond(Second with { Via6 = default(Address) }, ".via: [::] is no IPv6 address to send to");
    }

    [Theory]
    [InlineData("", "must be 1 to 15 characters")]
    [InlineData("a234567890123456", "must be 1 to 15 characters")]
    [InlineData("..", "is no name of a link")]
    [InlineData("a/b", "'/' and ':' are not allowed")]
    [InlineData("a:b", "'/' and ':' are not allowed")]
    [InlineData("a b", "character 0x20 is not allowed")]
    public void The_link(string device, string expected) =>
        ExpectOfSecond(Second with { Device = device }, $".dev: [{device}] {expected}");

    [Fact]
    public void A_mark_that_leads_to_two_places()
    {
        ExpectOfSecond(Second with { Mark = new(101), Device = "x" }, ".mark: [101] already leads to another target");
        ExpectOfSecond(Second with { Mark = new(101), Table = 9 }, ".mark: [101] already leads to another target");
        Expect(
            Pools(Pool("p"), Pool("q", Sound), Pool("r", Second, Sound with { Slot = 2, Via6 = new(1, 2) })),
            "pools[2].targets[1].mark: [101] already leads to another target");
    }

    [Fact]
    public void A_table_that_leads_to_two_places() =>
        ExpectOfSecond(
            Second with { Table = 101, Via4 = Address.FromIpv4(0x0a00_0002) },
            ".table: [101] already leads to another target");

    [Fact]
    public void The_same_target_twice_is_named_by_its_second_place() => Expect(
        Pools(Pool("lb", Sound, Sound)),
        "pools[0].targets[1].name: [a] stands twice", "pools[0].targets[1].slot: [0] stands twice");

    [Fact]
    public void Two_flows_of_one_name() => Expect(
        Pools(Pool("lb")) with { Flows = [Flow("f", "lb"), Flow("f", "lb")] }, "flows[1].name: [f] stands twice");

    [Fact]
    public void A_flow_to_no_pool() => Expect(
        Pools(Pool("lb")) with { Flows = [Flow("f", "lb2")] }, "flows[0].target: [lb2] is none of the pools");

    [Fact]
    public void A_virtual_address_twice() => Expect(
        DesiredState.Empty with { Vips = [Vip("10.0.0.1/32"), Vip("::ffff:10.0.0.1/128", 9)] },
        "vips[1]: [10.0.0.1/32] stands twice");

    [Theory]
    [InlineData(0u, "is a table of the system's own")]
    [InlineData(254u, "is a table of the system's own")]
    [InlineData(101u, "already leads to a target")]
    public void An_egress_table(uint table, string expected) => Expect(
        Pools(Pool("lb", Sound)) with { Vips = [Vip("10.0.0.1/32", table)] },
        $"vips[0].egress_table: [{table}] {expected}");

    [Fact]
    public void Queues_backwards() => Expect(
        DesiredState.Empty with { Queues = new() { First = 4, Last = 3 } },
        "queues.range: [4:3] ends before it begins");

    [Fact]
    public void A_setting_twice() => Expect(
        DesiredState.Empty with { Sysctls = [new("a.b", "1"), new("a.b", "2")] }, "sysctls[a.b]: stands twice");

    [Theory]
    [InlineData("", "1", "sysctls[]: must be 1 to 255 characters")]
    [InlineData("../../etc/passwd", "1", "sysctls[../../etc/passwd]: a part of the name is empty")]
    [InlineData("/etc", "1", "sysctls[/etc]: a part of the name is empty")]
    [InlineData("a b", "1", "sysctls[a b]: character 0x20 is not allowed")]
    [InlineData("a", "", "sysctls[a]: [] is not what a setting can be")]
    [InlineData("a", "1\n2", "sysctls[a]: [1\\x0a2] is not what a setting can be")]
    public void A_setting(string name, string value, string expected) =>
        Expect(DesiredState.Empty with { Sysctls = [new(name, value)] }, expected);

    [Theory]
    [InlineData("10.0.0.1", "10.0.0.1/32")]
    [InlineData("10.0.0.0/24", "10.0.0.0/24")]
    [InlineData("0.0.0.0/0", "0.0.0.0/0")]
    [InlineData("2001:db8::1", "2001:db8::1/128")]
    [InlineData("2001:db8::/32", "2001:db8::/32")]
    [InlineData("::/0", "::/0")]
    [InlineData("::ffff:10.0.0.0/104", "10.0.0.0/8")]
    public void A_virtual_address_is_read_as_an_address_or_a_block(string text, string expected)
    {
        Assert.True(DesiredVip.TryParsePrefix(text, out var prefix, out string reason), reason);
        Assert.Equal(expected, prefix.ToPlainString());
    }

    [Theory]
    [InlineData("", "not an address")]
    [InlineData("/8", "not an address")]
    [InlineData("10.0.0", "not an address")]
    [InlineData("10.0.0.0/", "the prefix length must be from 0 to 32")]
    [InlineData("10.0.0.0/24/24", "the prefix length must be from 0 to 32")]
    [InlineData("10.0.0.1/24", "the block begins at 10.0.0.0")]
    [InlineData("2001:db8::1/64", "the block begins at 2001:db8::")]
    public void A_virtual_address_that_is_none_is_refused(string text, string expected)
    {
        Assert.False(DesiredVip.TryParsePrefix(text, out _, out string reason));
        Assert.Equal(expected, reason);
    }

    private static void ExpectOfSecond(DesiredTarget target, params string[] expected) => Expect(
        Pools(Pool("lb", Sound, target)), [.. expected.Select(one => $"pools[0].targets[1]{one}")]);

    private static void Expect(DesiredState state, params string[] expected) =>
        Assert.Equal(expected, DesiredStateCheck.Diagnostics(state).Select(diagnostic => diagnostic.ToString()));

    private static DesiredState Pools(params DesiredPool[] pools) => new() { Pools = [.. pools] };

    private static DesiredPool Pool(string name, params DesiredTarget[] targets) =>
        new(new PoolName(name), new(new PoolSize(997, 4)), new(0)) { Targets = [.. targets] };

    private static Flow Flow(string name, string target) => new() { Name = new(name), Target = new(target) };

    private static DesiredVip Vip(string block, uint? table = null)
    {
        Assert.True(Cidr.TryParse(block, out var prefix, out string reason), reason);
        return new DesiredVip(prefix, table);
    }
}

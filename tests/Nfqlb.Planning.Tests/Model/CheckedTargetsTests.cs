using System.Diagnostics;
using System.Text;
using Nfqlb.Checks;
using Nfqlb.Flows;
using Nfqlb.Packets;
using Nfqlb.Planning.Documents;
using Nfqlb.Planning.Model;

namespace Nfqlb.Planning.Tests.Model;

/// <summary>What is checked of a document, and how.</summary>
public class CheckedTargetsTests
{
    private const string Flow = "flows: [{name: f, target: p, dsts: [203.0.113.1/32, 10.0.0.0/8, '2001:db8::1/128']}]";

    private const string Several = "flows: [{name: f, target: p, dsts: [1.0.0.1/32, 1.0.0.2/32]}]";

    [Theory]
    // The virtual address is asked where there is one of the family that the target has a way for.
    [InlineData("{type: tcp, port: 80}", "via: 10.0.0.1", Flow, "Tcp 80 203.0.113.1")]
    [InlineData("{type: tcp, port: 80}", "via: 'fd00::1'", Flow, "Tcp 80 2001:db8::1")]
    [InlineData(
        "{type: tcp, port: 80}", "via: [10.0.0.1, 'fd00::1']", Flow, "Tcp 80 203.0.113.1", "Tcp 80 2001:db8::1")]
    [InlineData("{type: tcp, port: 80}", "via: none", Flow, "Tcp 80 203.0.113.1", "Tcp 80 2001:db8::1")]
    [InlineData("{type: tcp, port: 80, to: vip}", "via: 10.0.0.1", Flow, "Tcp 80 203.0.113.1")]
    [InlineData("{type: tcp, port: 80, to: target}", "via: 10.0.0.1", Flow, "Tcp 80 10.0.0.1")]
    [InlineData("{type: tcp, port: 80, to: 203.0.113.9}", "via: 10.0.0.1", Flow, "Tcp 80 203.0.113.9")]
    [InlineData("{type: tcp, port: 80, to: [203.0.113.9, '2001:db8::9']}", "via: 10.0.0.1", Flow, "Tcp 80 203.0.113.9")]
    [InlineData("{type: tcp, port: 80}", "via: 10.0.0.1", "", "Tcp 80 10.0.0.1")]
    [InlineData("{type: tcp, port: 80}", "via: 10.0.0.1", Several,
        "Tcp 80 10.0.0.1")]
    // What kinds are asked.
    [InlineData("{type: icmp}", "via: 10.0.0.1", Flow, "Icmp 0 10.0.0.1")]
    [InlineData("{type: http}", "via: 10.0.0.1", Flow, "Http 80 203.0.113.1")]
    [InlineData("{type: https, verify: false}", "via: 10.0.0.1", Flow, "Https 443 203.0.113.1")]
    [InlineData("{type: sctp, port: 2905}", "via: 10.0.0.1", Flow, "Sctp 2905 203.0.113.1")]
    // A target's own word.
    [InlineData("{type: http}", "via: 10.0.0.1, check: {port: 8080}", Flow, "Http 8080 203.0.113.1")]
    [InlineData("{type: http}", "via: 10.0.0.1, check: {type: tcp, port: 1, to: target}", Flow, "Tcp 1 10.0.0.1")]
    [InlineData("{type: http}", "via: 10.0.0.1, check: none", Flow)]
    [InlineData("none", "via: 10.0.0.1", Flow)]
    [InlineData("none", "via: 10.0.0.1, check: {type: http}", Flow, "Http 80 203.0.113.1")]
    public void A_target_is_checked(string check, string target, string flows, params string[] expected)
    {
        var state = Read(check, target, flows, out var diagnostics);
        Assert.Empty(diagnostics);
        var probes = CheckedTargets.Of(state).SelectMany(one => one.Probes).ToList();
        Assert.Equal(expected, probes.Select(probe =>
            $"{probe.Question.Kind} {probe.Question.Port} {probe.Address.ToPlainString()}"));
        Assert.All(probes, probe => Assert.Equal(101, probe.Mark.Value));
    }

    /// <summary>Ten times the flows of one pool, each with an address of its own: not a hundred times the time.
    /// </summary>
    [Fact]
    public void The_time_grows_with_the_flows_alone()
    {
        const double most = 40;
        double ratio = double.MaxValue;
        for (int i = 0; i < 5; i++)
        {
            ratio = Math.Min(ratio, SecondsOf(flows: 20_000) / SecondsOf(flows: 2_000));
        }
        Assert.True(ratio < most, $"{ratio:f1} times as long for ten times as many");
    }

    private static double SecondsOf(int flows)
    {
        var state = DesiredState.Empty with
        {
            Flows =
            [
                .. Enumerable.Range(1, flows).Select(i => new Nfqlb.Flows.Flow
                {
                    Name = new($"f{i}"), Target = new("p"),
                    Destinations = [new Cidr(Address.FromIpv4((uint)i), 128)],
                }),
            ],
        };
        long start = Stopwatch.GetTimestamp();
        Assert.Empty(CheckedTargets.Diagnostics(state));
        return Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    [Theory]
    [InlineData("{port: 80}", "via: 10.0.0.1", Flow, "pools[0].check.type: missing")]
    [InlineData("{type: tcp}", "via: 10.0.0.1", Flow, "pools[0].check.port: missing")]
    [InlineData("{type: udp}", "via: 10.0.0.1", Flow, "pools[0].check.port: missing")]
    [InlineData("{type: sctp}", "via: 10.0.0.1", Flow, "pools[0].check.port: missing")]
    [InlineData("{type: http}", "via: 10.0.0.1, check: {type: tcp}", Flow, "pools[0].targets[0].check.port: missing")]
    [InlineData("{type: icmp, timeout: 2s}", "via: 10.0.0.1", Flow,
        "pools[0].check.timeout: must not be longer than the interval [1s]")]
    [InlineData("{type: icmp, timeout: 2s, interval: 5s}", "via: 10.0.0.1, check: {interval: 1s}", Flow,
        "pools[0].targets[0].check.timeout: must not be longer than the interval [1s]")]
    [InlineData("{type: icmp, to: target}", "via: none", Flow,
        "pools[0].check.to: [target] a target without a next hop has no address that is known")]
    [InlineData("{type: icmp, to: vip}", "via: 10.0.0.1", Flow,
        "pools[0].check.to: a ping of this host to a virtual address is balanced like one of a client: ask the target")]
    [InlineData("{type: http, to: '2001:db8::1'}", "via: 10.0.0.1", Flow,
        "pools[0].check.to: target [slot 0] has no next hop of this family")]
    [InlineData("{type: http, to: vip}", "via: 10.0.0.1", "",
        "pools[0].check.to: [vip] no flow of the pool leads to a single address of the target's family: name one")]
    [InlineData("{type: http, to: vip}", "via: 10.0.0.1", Several,
        "pools[0].check.to: [vip] the flows of the pool lead to several: name one")]
    [InlineData("{type: http}", "via: none", "", "pools[0].check.to: missing: which virtual address is asked?")]
    [InlineData("{type: http, to: here}", "via: 10.0.0.1", Flow,
        "pools[0].check.to: [here] must be vip, target, or a virtual address")]
    [InlineData("{type: icmp, interval: 99ms}", "via: 10.0.0.1", Flow,
        "pools[0].check.interval: [99ms] must be from 100ms to 1h")]
    [InlineData("{type: icmp, interval: 5}", "via: 10.0.0.1", Flow,
        "pools[0].check.interval: [5] must be a time with its unit, such as 500ms or 2s")]
    [InlineData("{type: http, status: 42}", "via: 10.0.0.1", Flow,
        "pools[0].check.status: [42] must be status codes, such as 200 or 200-299,404")]
    [InlineData("{type: udp, port: 1, payload: 'hex:1'}", "via: 10.0.0.1", Flow,
        "pools[0].check.payload: [hex:1] must have two hexadecimal digits a byte behind hex:")]
    [InlineData("{type: none}", "via: 10.0.0.1", Flow, "pools[0].check.type: [none] must be tcp, http, https, udp, "
        + "sctp, icmp or exec; for no checks write check: none")]
    [InlineData("{type: tcp, port: 80, path: /up}", "via: 10.0.0.1", Flow,
        "pools[0].check.path: is for http and https, and this check is tcp")]
    [InlineData("{type: tcp, port: 80}", "via: 10.0.0.1, check: {host: a}", Flow,
        "pools[0].targets[0].check.host: is for http and https, and this check is tcp")]
    [InlineData("{type: http}", "via: 10.0.0.1, check: {type: sctp, port: 1, answer: a}", Flow,
        "pools[0].targets[0].check.answer: is for udp, and this check is sctp")]
    [InlineData("{type: icmp, port: 80}", "via: 10.0.0.1", Flow,
        "pools[0].check.port: is for all types but icmp, and this check is icmp")]
    [InlineData("{type: http, ca: /ca.pem}", "via: 10.0.0.1", Flow,
        "pools[0].check.ca: is for https, and this check is http")]
    [InlineData("{type: https, command: [/bin/true]}", "via: 10.0.0.1", Flow,
        "pools[0].check.command: is for exec, and this check is https")]
    public void What_cannot_be_is_refused_where_it_stands(string check, string target, string flows, string expected)
    {
        Read(check, target, flows, out var diagnostics);
        Assert.Equal(expected, Assert.Single(diagnostics));
    }

    /// <summary>And what is told to be right would be.</summary>
    [Theory]
    [InlineData("-1s", "a time with its unit, such as 30s")]
    [InlineData("0", "a time with its unit, such as 30s")]
    [InlineData("soon", "a time with its unit, such as 30s")]
    [InlineData("500ms", "from 1s to 1h")]
    public void A_slow_start_that_cannot_be_is_told(string length, string expected)
    {
        Document.Read(
            Encoding.UTF8.GetBytes($"pools: [{{name: p, N: 5, slow_start: {length}}}]"), SlotsInUse.None,
            out var diagnostics);
        Assert.EndsWith(
            $"pools[0].slow_start: [{length}] must be {expected}", Assert.Single(diagnostics).What.ToString());
    }

    [Fact]
    public void A_fault_of_a_pool_is_told_once()
    {
        string targets = string.Join(", ", Enumerable.Range(1, 50).Select(i => $"{{mark: {i}, via: 10.0.0.{i}}}"));
        Document.Read(
            Encoding.UTF8.GetBytes($"pools: [{{name: p, N: 50, check: {{type: tcp}}, targets: [{targets}]}}]"),
            SlotsInUse.None, out var diagnostics);
        Assert.Single(diagnostics);
    }

    [Fact]
    public void What_is_usual_holds_where_nothing_is_said()
    {
        var check = Assert.Single(CheckedTargets.Of(Read("{type: http}", "via: 10.0.0.1", Flow, out _)));
        Assert.Equal(new CheckRules(TimeSpan.FromSeconds(1), 2, 3), check.Rules);
        var probe = Assert.Single(check.Probes);
        Assert.Equal(TimeSpan.FromMilliseconds(500), probe.Timeout);
        Assert.Equal(new CheckQuestion(CheckKind.Http) { Port = 80 }, probe.Question);
    }

    [Theory]
    [InlineData("500ms", 500)]
    [InlineData("1s", 1000)]
    [InlineData("90s", 90_000)]
    [InlineData("2m", 120_000)]
    [InlineData("1h", 3_600_000)]
    [InlineData("1500ms", 1500)]
    public void Durations_have_a_unit(string text, int milliseconds)
    {
        Assert.True(Duration.TryParse(text, out var duration));
        Assert.Equal(TimeSpan.FromMilliseconds(milliseconds), duration);
        Assert.Equal(text, Duration.Text(duration));
    }

    [Theory]
    [InlineData("")]
    [InlineData("1")]
    [InlineData("s")]
    [InlineData("1 s")]
    [InlineData("1.5s")]
    [InlineData("-1s")]
    [InlineData("1d")]
    [InlineData("99999999999s")]
    public void What_is_no_duration_is_refused(string text) => Assert.False(Duration.TryParse(text, out _));

    [Fact]
    public void A_target_of_another_type_may_inherit_what_it_has_no_use_for()
    {
        Read("{type: http, path: /up}", "via: 10.0.0.1, check: {type: icmp, to: target}", Flow, out var diagnostics);
        Assert.Empty(diagnostics);
    }

    private static DesiredState Read(string check, string target, string flows, out string[] diagnostics)
    {
        string text = $"pools: [{{name: p, N: 1, check: {check}, targets: [{{mark: 101, {target}}}]}}]\n{flows}";
        var state = Document.Read(Encoding.UTF8.GetBytes(text), SlotsInUse.None, out var found);
        diagnostics = [.. found.Select(diagnostic => $"{diagnostic.What}")];
        return state;
    }
}

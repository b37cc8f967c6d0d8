using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Nfqlb.EndToEnd.Lab;

namespace Nfqlb.EndToEnd.Watching;

/// <summary>What there is to see over HTTP, and what there is not.</summary>
[BesideOthers]
public sealed class PagesTests(WatchedFlowlb flowlb) : IClassFixture<WatchedFlowlb>
{
    [KernelTheory]
    [InlineData("/")]
    [InlineData("/metrics/")]
    [InlineData("/Metrics")]
    [InlineData("/../etc/passwd")]
    public void There_is_no_other_page(string page) => Assert.Equal(404, HttpView.Ask(flowlb.Path, page).Status);

    [KernelTheory]
    [InlineData("/metrics", "text/plain; version=0.0.4; charset=utf-8")]
    [InlineData("/healthz", "text/plain; charset=utf-8")]
    [InlineData("/readyz", "text/plain; charset=utf-8")]
    [InlineData("/state", "application/json; charset=utf-8")]
    public void A_page_is_for_looking_alone(string page, string type)
    {
        var (status, text, response) = HttpView.Ask(flowlb.Path, page);
        Assert.Equal((200, type), (status, $"{response.Content.Headers.ContentType}"));
        Assert.NotEmpty(text);
        Assert.Equal((200, ""), Without(HttpView.Ask(flowlb.Path, page, HttpMethod.Head)));
        foreach (var method in (HttpMethod[])[HttpMethod.Post, HttpMethod.Put, HttpMethod.Delete, HttpMethod.Options])
        {
            var refused = HttpView.Ask(flowlb.Path, page, method);
            Assert.Equal(405, refused.Status);
            Assert.Equal(["GET", "HEAD"], refused.Response.Content.Headers.Allow);
        }
    }

    [KernelFact]
    public void What_is_too_long_is_refused_and_leaves_others_alone()
    {
        Assert.StartsWith("HTTP/1.1 414", Raw($"GET /{new string('x', 5000)} HTTP/1.1\r\nHost: x\r\n\r\n"));
        Assert.StartsWith("HTTP/1.1 431", Raw($"GET /metrics HTTP/1.1\r\nHost: x\r\nX: {new string('x', 20_000)}\r\n"));
        Assert.DoesNotContain("200", Raw("no HTTP at all\r\n\r\n"));
        // More than it looks at; whether the answer is read before the close is a matter of luck.
        Raw("POST /metrics HTTP/1.1\r\nHost: x\r\nContent-Length: 4000000\r\n\r\n" + new string('x', 4_000_000));
        Assert.Equal("ok\n", HttpView.Get(flowlb.Path, "/readyz"));

        string Raw(string text) => HttpView.Raw(flowlb.Path, Encoding.ASCII.GetBytes(text));
    }

    [KernelFact]
    public void State_has_all_that_the_commands_show()
    {
        JsonElement state = JsonDocument.Parse(HttpView.Get(flowlb.Path, "/state")).RootElement;

        Assert.Equal(flowlb.Balancer.Nfqlb("version").Stdout.Trim(), state.GetProperty("version").GetString());
        Assert.Equal([0, 1], state.GetProperty("queues").EnumerateArray().Select(queue => Number(queue, "queue")));
        Assert.Equal("all", Assert.Single(state.GetProperty("flows").EnumerateArray()).GetProperty("name").GetString());
        JsonElement pool = Assert.Single(state.GetProperty("pools").EnumerateArray());
        Assert.Equal(("web", 997, 10), (pool.GetProperty("name").GetString(), Number(pool, "M"), Number(pool, "N")));
        Assert.Equal([(0, 101), (1, 102)],
            pool.GetProperty("targets").EnumerateArray().Select(t => (Number(t, "slot"), Number(t, "fwmark"))));
        Assert.Equal(500, Number(state.GetProperty("fragment_table"), "hsize"));
        Assert.True(JsonElement.DeepEquals(flowlb.Balancer.Counters(), state.GetProperty("counters")));
        Assert.True(state.GetProperty("health").GetProperty("is_ready").GetBoolean());
    }

    [KernelFact]
    public void The_documentation_lists_exactly_the_metrics_there_are()
    {
        MetricsText metrics = flowlb.Metrics();
        string[] actual =
        [
            .. metrics.Types.Select(family => $"| `{family.Key}` | {family.Value} | "
                + string.Join(", ", Labels(family.Key).Select(label => $"`{label}`"))
                + $" | {metrics.Helps[family.Key]} |"),
        ];
        Assert.Equal(actual, ReadLines("docs/metrics.md").Where(line => Regex.IsMatch(line, @"^\| `(nfqlb|process)_")));

        IEnumerable<string> Labels(string family) => metrics.Labels.GetValueOrDefault(family, []).Except(["le"]);
    }

    [KernelTheory]
    [InlineData("examples/grafana/nfqlb.json")]
    [InlineData("examples/prometheus/nfqlb.rules.yaml")]
    public void Examples_use_metrics_that_there_are(string file)
    {
        MetricsText metrics = flowlb.Metrics();
        string[] used =
        [
            .. Regex.Matches(string.Join('\n', ReadLines(file)), @"\b(nfqlb|process)_[a-z_]+\b")
                .Select(match => match.Value).Distinct(),
        ];
        Assert.NotEmpty(used);
        Assert.Empty(used.Except(metrics.Names).Except(NamesOfServe()));
    }

    /// <summary>Those that <see cref="Serve.WholeServeTests"/> compares with what `serve` has.</summary>
    public static IEnumerable<string> NamesOfServe() =>
        from line in ReadLines("docs/metrics.md")
        let name = Regex.Match(line, "^- `(nfqlb_[a-z_]+)`, an? (gauge|counter|histogram)")
        where name.Success
        from suffix in name.Groups[2].Value == "histogram" ? ["_bucket", "_sum", "_count"] : (string[])[""]
        select name.Groups[1].Value + suffix;

    [KernelFact]
    public void The_dashboard_is_JSON_and_shows_every_family_that_changes_with_packets()
    {
        string text = string.Join('\n', ReadLines("examples/grafana/nfqlb.json"));
        Assert.NotEmpty(JsonDocument.Parse(text).RootElement.GetProperty("panels").EnumerateArray());
        Assert.All(
            (string[])["flow_packets", "target_packets", "target_bytes", "queue_dropped_packets", "fragments"],
            name => Assert.Contains($"nfqlb_{name}_total", text));
    }

    [KernelFact]
    public void Promtool_has_no_complaint()
    {
        Promtool.Approves(HttpView.Get(flowlb.Path, "/metrics"), "check", "metrics");
        string examples = Path.Combine(Executables.RepositoryRoot, "examples", "prometheus");
        Promtool.Approves("", "check", "rules", Path.Combine(examples, "nfqlb.rules.yaml"));
        Promtool.Approves("", "check", "config", Path.Combine(examples, "prometheus.yaml"));
    }

    [KernelFact]
    public void Control_requests_are_counted_by_what_became_of_them()
    {
        MetricsText before = flowlb.Metrics();
        flowlb.Balancer.Nfqlb("flow-list-names").MustSucceed();
        Assert.Equal(255, flowlb.Balancer.Nfqlb("flow-set", "--name=x", "--target=nosuch").ExitCode);
        flowlb.Balancer.Host.Run("setpriv", "--reuid=1000", "--regid=1000", "--clear-groups", Executables.Nfqlb,
            "flow-delete", "--name=all");
        MetricsText after = flowlb.Metrics();

        Assert.Equal(1, Grown("list-names", "done"));
        Assert.Equal(1, Grown("set", "refused"));
        Assert.Equal(1, Grown("delete", "denied"));
        Assert.Equal(3, after.Sum("nfqlb_control_requests_total") - before.Sum("nfqlb_control_requests_total"));

        double Grown(string action, string outcome)
        {
            string sample = $"nfqlb_control_requests_total{{action=\"{action}\",outcome=\"{outcome}\"}}";
            return after[sample] - before[sample];
        }
    }

    [KernelFact]
    public void Table_changes_are_counted_with_their_durations()
    {
        const string Sets = "nfqlb_flow_change_seconds_count{change=\"set\"}";
        const string Tables = "nfqlb_pool_table_changes_total{pool=\"web\"}";
        MetricsText before = flowlb.Metrics();

        flowlb.Balancer.Nfqlb("flow-set", "--name=more", "--target=web").MustSucceed();
        flowlb.Balancer.Nfqlb("flow-delete", "--name=more").MustSucceed();
        flowlb.Balancer.Nfqlb("activate", "--shm=web", "--index=7", "107").MustSucceed();
        flowlb.Balancer.Nfqlb("deactivate", "--shm=web", "--index=7").MustSucceed();

        MetricsText after = flowlb.Metrics();
        Assert.Equal((1, 2), (after[Sets] - before[Sets], after[Tables] - before[Tables]));
        Assert.True(after[Sets.Replace("count", "sum")] > before[Sets.Replace("count", "sum")]);
        Assert.Equal(2, after["nfqlb_pool_targets{pool=\"web\"}"]);
    }

    private static (int, string) Without((int Status, string Text, HttpResponseMessage) answer) =>
        (answer.Status, answer.Text);

    private static int Number(JsonElement element, string name) => element.GetProperty(name).GetInt32();

    private static string[] ReadLines(string path) =>
        File.ReadAllLines(Path.Combine(Executables.RepositoryRoot, path));
}

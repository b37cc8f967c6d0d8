using System.Net;
using Microsoft.AspNetCore.Http;
using Nfqlb.Kubernetes.Tests.Api;
using Nfqlb.Planning.Kubernetes;
using Nfqlb.Tests.Support;
using static Nfqlb.Kubernetes.Tests.Api.ApiObjects;

namespace Nfqlb.Kubernetes.Tests;

/// <summary>What comes of answers that are none, and of any troubles in any order.</summary>
public class TroubleTests
{
    private const string ListOf =
        "{\"kind\": \"EndpointSliceList\", \"metadata\": {\"resourceVersion\": \"7\"}, \"items\": ";

    private const string Both = "a 10.0.0.1+fd00::1 up, b 10.0.0.2 up";
    private const string Three = "a 10.0.0.1+fd00::1 up, b 10.0.0.2 up, c 10.0.0.3 up";

    /// <summary>Whatever goes wrong in whatever order: at the end all is known, and nobody who was there all the time
    /// was ever missing.</summary>
    [Fact]
    public void After_any_troubles_all_is_known() =>
        Seeded.Run(random => AfterTroublesAsync(random).GetAwaiter().GetResult());

    private static async Task AfterTroublesAsync(Random random)
    {
        await using var cluster = await FollowedCluster.StartAsync();
        await cluster.UntilAsync(Both);
        for (int i = 0; i < 60; i++)
        {
            string name = $"more-{random.Next(8)}";
            var pods = Enumerable.Range(0, random.Next(3))
                .Select(_ => Endpoint($"p{random.Next(20):00}", $"10.0.1.{random.Next(1, 250)}")).ToArray();
            Action[] troubles =
            [
                () => cluster.Api.Put(Slice(name, "shop", "IPv4", pods)),
                () => cluster.Api.Put(Slice(name, "shop", "IPv4", pods)),
                () => cluster.Api.Delete(Slices, name),
                cluster.Api.Compact,
                () => cluster.Api.CutAsync().Wait(),
                () => cluster.Api.Script(ScriptedApi.Refuse(HttpStatusCode.InternalServerError, "no")),
                () => cluster.Api.Script(ScriptedApi.Refuse(HttpStatusCode.TooManyRequests, "later", 1)),
                () => cluster.Api.Script(ScriptedApi.Say("{\"type\":\"ERROR\",\"object\":{\"code\":410}}\n")),
                () => cluster.Api.Script(ScriptedApi.Say("nonsense")),
                () => Thread.Sleep(random.Next(15)),
            ];
            troubles[random.Next(troubles.Length)]();
        }
        await cluster.Api.CutAsync();
        cluster.Api.Put(Slice("last", "shop", "IPv4", Endpoint("z", "10.0.3.3")));
        var targets = ServiceTargets.Of(
            FollowedCluster.Shop, cluster.Api.Slices("shop"), new Dictionary<string, Pod>());
        string expected = string.Join(", ", targets.Select(FollowedCluster.Words));
        await cluster.UntilAsync(
            () => cluster.Targets == expected, () => $"{expected}\nbut {cluster.Targets}");
        foreach (string state in cluster.History.SkipWhile(state => state != Both))
        {
            Assert.True(
                state.Contains("a 10.0.0.1+fd00::1 up") && state.Contains("b 10.0.0.2 up"), state);
        }
    }

    [Theory]
    [InlineData("<html>a proxy's page</html>")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("{\"kind\": \"Status\", \"metadata\": {\"resourceVersion\": \"7\"}}")]
    [InlineData("{\"kind\": \"EndpointSliceList\", \"items\": []}")]
    [InlineData("{\"kind\": \"EndpointSliceList\", \"items\": 1}")]
    [InlineData(ListOf + "[{\"metadata\": {}}]}")]
    [InlineData(ListOf + "[{\"metadata\": {\"name\": \"a\"}, \"endpoints\": [{\"addresses\": {}}]}]}")]
    public async Task What_is_no_list_changes_nothing_and_is_told(string text)
    {
        await using var cluster = await FollowedCluster.StartAsync(before: api =>
            api.Script([.. Enumerable.Repeat(ScriptedApi.Say(text), 3)]));
        await cluster.UntilAsync(() => cluster.State.Problem is not null);
        await cluster.UntilAsync(Both);
    }

    [Theory]
    [InlineData("nonsense\n")]
    [InlineData("{}\n")]
    [InlineData("{\"type\":\"MODIFIED\"}\n")]
    [InlineData("{\"type\":\"ADDED\",\"object\":{\"metadata\":{}}}\n")]
    [InlineData("{\"type\":\"ERROR\",\"object\":{\"code\":500,\"message\":\"etcd is gone\"}}\n")]
    [InlineData("{\"type\":\"ERROR\"}\n")]
    [InlineData("{\"type\":\"DELETED\",\"object\":{\"metadata\":{\"name\":\"shop-1\",")] // cut off
    [InlineData("")]
    public async Task A_watch_that_says_nonsense_is_begun_anew(string text)
    {
        await using var cluster = await FollowedCluster.StartAsync();
        await cluster.UntilAsync(Both);
        cluster.Api.Script(ScriptedApi.Say(text));
        await cluster.Api.CutAsync();
        await cluster.UntilAsync(() => cluster.Api.Requests.Count >= 4);
        cluster.Api.Put(Slice("shop-3", "shop", "IPv4", Endpoint("c", "10.0.0.3")));
        await cluster.UntilAsync(Three);
        Assert.Equal([Both, Three], cluster.History.SkipWhile(state => state != Both));
    }

    [Fact]
    public async Task A_line_without_an_end_is_not_kept()
    {
        await using var cluster = await FollowedCluster.StartAsync();
        await cluster.UntilAsync(Both);
        cluster.Api.Script(ScriptedApi.Say(new string('x', 9 << 20)));
        await cluster.Api.CutAsync();
        await cluster.UntilAsync(() => cluster.Source.States[0].Problem?.Contains("longer than 8 MiB") == true);
        await cluster.UntilAsync(() => cluster.State is { Problem: null, Age.Ticks: 0 });
        Assert.Equal(Both, cluster.Targets);
    }

    /// <summary>The connection is there, and nothing comes: neither an event nor the end that was asked for.</summary>
    [Fact]
    public async Task A_watch_that_hangs_is_given_up()
    {
        await using var cluster = await FollowedCluster.StartAsync();
        await cluster.UntilAsync(Both);
        cluster.Api.Script(Hang);
        await cluster.Api.CutAsync();
        await cluster.UntilAsync(() => cluster.Api.Requests.Count == 3);
        cluster.Api.Put(Slice("shop-3", "shop", "IPv4", Endpoint("c", "10.0.0.3")));
        await cluster.UntilAsync(Three);
    }

    private static async Task<bool> Hang(HttpContext context)
    {
        await context.Response.Body.FlushAsync();
        await Task.Delay(Timeout.Infinite, context.RequestAborted).ContinueWith(_ => { }, TaskScheduler.Default);
        return true;
    }
}

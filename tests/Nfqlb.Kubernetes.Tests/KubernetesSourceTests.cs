using System.Net;
using Microsoft.AspNetCore.Http;
using Nfqlb.Kubernetes.Access;
using Nfqlb.Kubernetes.Tests.Api;
using Nfqlb.Kubernetes.Watch;
using Nfqlb.Kubernetes.Wire;
using Nfqlb.Planning.Model;
using static Nfqlb.Kubernetes.Tests.Api.ApiObjects;

namespace Nfqlb.Kubernetes.Tests;

/// <summary>What is known of a Service, whatever its API server does.</summary>
public class KubernetesSourceTests
{
    private const string Both = "a 10.0.0.1+fd00::1 up, b 10.0.0.2 up";
    private const string Three = "a 10.0.0.1+fd00::1 up, b 10.0.0.2 up, c 10.0.0.3 up";

    [Fact]
    public async Task Targets_come_change_and_go_with_their_pods()
    {
        await using var cluster = await FollowedCluster.StartAsync();
        await cluster.UntilAsync(Both);
        cluster.Api.Put(Slice("shop-3", "shop", "IPv4", Endpoint("c", "10.0.0.3", ready: false)));
        await cluster.UntilAsync($"{Both}, c 10.0.0.3 down");
        cluster.Api.Put(Slice(
            "shop-3", "shop", "IPv4", Endpoint("c", "10.0.0.3", ready: false, serving: true, terminating: true)));
        await cluster.UntilAsync($"{Both}, c 10.0.0.3 drain");
        cluster.Api.Delete(Slices, "shop-3");
        await cluster.UntilAsync(Both);
        Assert.Equal(TimeSpan.Zero, cluster.State.Age);
        Assert.Null(cluster.State.Problem);
        Assert.Equal(2, cluster.State.Targets);
    }

    /// <summary>Hundreds of changes a second do not wake anybody hundreds of times a second.</summary>
    [Fact]
    public async Task Changes_are_told_once_until_they_are_looked_at()
    {
        await using var cluster = await FollowedCluster.StartAsync();
        int told = 0;
        await using var source = new KubernetesSource(
            new ApiAccess.File(cluster.Kubeconfig), new WatchPace(), TimeProvider.System,
            () => Interlocked.Increment(ref told));
        source.Follow([FollowedCluster.Shop]);
        await cluster.UntilAsync(() => source.States[0].Age == TimeSpan.Zero);
        for (int round = 1; round <= 3; round++)
        {
            _ = source.Found;
            var (before, changes) = (Volatile.Read(ref told), source.Changes);
            for (int i = 0; i < 20; i++)
            {
                cluster.Api.Put(Slice("shop-3", "shop", "IPv4", Endpoint("c", "10.0.0.3", ready: i % 2 == 0)));
            }
            await cluster.UntilAsync(() => source.Changes == changes + 20);
            Assert.Equal(before + 1, Volatile.Read(ref told));
        }
    }

    [Fact]
    public async Task A_long_list_comes_in_pages()
    {
        await using var cluster = await FollowedCluster.StartAsync(before: api =>
        {
            for (int i = 0; i < 12; i++)
            {
                api.Put(Slice($"more-{i:00}", "shop", "IPv4", Endpoint($"p{i:00}", $"10.0.1.{i}")));
            }
        });
        await cluster.UntilAsync(() => cluster.State.Targets == 14 || cluster.Targets.Split(',').Length == 14);
        Assert.Equal(2, cluster.Api.Requests.Count(request => request.Contains("continue=")));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_list_that_breaks_off_between_its_pages_is_asked_for_again(bool isRefused)
    {
        await using var cluster = await FollowedCluster.StartAsync(before: api =>
        {
            for (int i = 0; i < 6; i++)
            {
                api.Put(Slice($"a-{i}", "shop", "IPv4"));
            }
            api.Script(
                Once(_ => { }),
                isRefused
                    ? ScriptedApi.Refuse(HttpStatusCode.InternalServerError, "etcd has no leader")
                    : Once(context => context.Abort()));
        });
        await cluster.UntilAsync(Both);
    }

    /// <summary>What happened meanwhile is found by comparing, and what did not change is there all the time.</summary>
    [Theory]
    [InlineData("event")]
    [InlineData("status")]
    [InlineData("page")]
    public async Task What_the_server_has_forgotten_is_listed_anew_and_nothing_goes_in_between(string where)
    {
        await using var cluster = await FollowedCluster.StartAsync();
        await cluster.UntilAsync(Both);
        cluster.Api.Compact();
        if (where == "page")
        {
            for (int i = 0; i < 6; i++)
            {
                cluster.Api.Put(Slice($"none-{i}", "shop", "IPv4"));
            }
            cluster.Api.Script(Once(_ => { }), Once(_ => cluster.Api.Compact()));
        }
        if (where == "status")
        {
            cluster.Api.Script(ScriptedApi.Refuse(HttpStatusCode.Gone, "Expired: too old resource version"));
        }
        cluster.Api.Put(Slice("shop-3", "shop", "IPv4", Endpoint("c", "10.0.0.3")));
        await cluster.Api.CutAsync();
        await cluster.UntilAsync(Three);
        Assert.All(cluster.History.SkipWhile(state => state != Both), state => Assert.StartsWith(Both, state));
    }

    [Fact]
    public async Task A_server_that_is_away_leaves_what_is_known_and_is_found_again()
    {
        await using var cluster = await FollowedCluster.StartAsync();
        await cluster.UntilAsync(Both);
        await cluster.Api.StopAsync();
        await cluster.UntilAsync(() => cluster.State.Problem?.Contains("Connection refused") == true);
        await cluster.UntilAsync(() => cluster.State.Age > TimeSpan.FromMilliseconds(50));
        Assert.Equal(Both, cluster.Targets);

        cluster.Api.Put(Slice("shop-3", "shop", "IPv4", Endpoint("c", "10.0.0.3")));
        await cluster.Api.StartAsync();
        await cluster.UntilAsync(Three);
        await cluster.UntilAsync(() => cluster.State is { Problem: null, Age.Ticks: 0 });
        Assert.Equal([Both, Three], cluster.History.SkipWhile(state => state != Both));
    }

    [Fact]
    public async Task A_refusal_is_told_in_the_servers_words()
    {
        const string Words = "endpointslices.discovery.k8s.io is forbidden: User \"system:serviceaccount:lb:nfqlb\" "
            + "cannot list resource \"endpointslices\" in API group \"discovery.k8s.io\" in the namespace \"web\"";
        await using var cluster = await FollowedCluster.StartAsync(before: api => api.Script(
            [.. Enumerable.Repeat(ScriptedApi.Refuse(HttpStatusCode.Forbidden, Words), 3)]));
        await cluster.UntilAsync(() => cluster.State.Problem == $"403 Forbidden: {Words}");
        Assert.Null(cluster.State.Age);
        await cluster.UntilAsync(Both);
        await cluster.UntilAsync(() => cluster.State.Problem is null);
    }

    [Fact]
    public async Task A_token_that_is_refused_is_read_again_at_once()
    {
        await using var cluster = await FollowedCluster.StartAsync(before: api => api.Token = "new");
        await cluster.UntilAsync(() => cluster.State.Problem == "401 Unauthorized: Unauthorized");
        File.WriteAllText(cluster.Kubeconfig, FollowedCluster.ConfigFor(cluster.Api.Address, "token: new"));
        await cluster.UntilAsync(Both);
    }

    [Fact]
    public async Task Certificates_are_read_anew_with_the_token_and_a_strangers_is_refused()
    {
        await using var cluster = await FollowedCluster.StartAsync();
        await cluster.UntilAsync(Both);
        var time = new ManualTime();
        string path = cluster.Kubeconfig + ".own";
        File.WriteAllText(path, FollowedCluster.ConfigFor(cluster.Api.Address, "token: a", TestCertificate.Another));
        using var client = new ApiClient(new ApiAccess.File(path), time);
        var refusal = await Assert.ThrowsAsync<ApiException>(() => client.GetAsync("version", "*/*", default));
        Assert.Contains("certificate", refusal.Message);

        // Within a minute nobody looks; the token goes with the certificates.
        File.WriteAllText(path, FollowedCluster.ConfigFor(cluster.Api.Address, "token: b"));
        await Assert.ThrowsAsync<ApiException>(() => client.GetAsync("version", "*/*", default));
        time.Pass(TimeSpan.FromMinutes(1));
        cluster.Api.Token = "b";
        using var answer = await client.GetAsync("version", "*/*", default);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }

    [Fact]
    public async Task A_bookmark_says_from_where_to_go_on()
    {
        await using var cluster = await FollowedCluster.StartAsync(before: api =>
            api.BookmarkPause = TimeSpan.FromMilliseconds(20));
        await cluster.UntilAsync(Both);
        cluster.Api.Put(Slice("other-1", "other", "IPv4", Endpoint("x", "10.0.0.8")));
        cluster.Api.Put(Slice("other-2", "other", "IPv4", Endpoint("y", "10.0.0.7")));
        await Task.Delay(300);
        await cluster.Api.CutAsync();
        await cluster.UntilAsync(() => cluster.Api.Requests.Count == 3);

        // Of three slices listed, and two events of another Service.
        Assert.Contains("resourceVersion=1005", cluster.Api.Requests[^1]);
    }

    [Fact]
    public async Task Pods_say_weight_state_and_addresses_of_a_second_network()
    {
        const string Status =
            """[{"name":"cni","ips":["10.0.0.1"]},{"name":"lb/net1","ips":["172.16.0.1","fd01::1"]}]""";
        var service = FollowedCluster.Shop with { Network = "lb/net1", Annotations = "lb.example.org" };
        await using var cluster = await FollowedCluster.StartAsync(service, api => api.Put(Pod("b")));
        await cluster.UntilAsync(() => cluster.State.Age == TimeSpan.Zero);
        Assert.Equal("", cluster.Targets);
        cluster.Api.Put(Pod("a", ("k8s.v1.cni.cncf.io/network-status", Status), ("lb.example.org/weight", "3")));
        await cluster.UntilAsync("a 172.16.0.1+fd01::1 up");
        var target = cluster.Source.Found.Of(new("web"), service).Single();
        Assert.Equal(3, target.Weight);
        cluster.Api.Put(Pod("a", ("k8s.v1.cni.cncf.io/network-status", Status), ("lb.example.org/state", "drain")));
        await cluster.UntilAsync("a 172.16.0.1+fd01::1 drain");
        cluster.Api.Delete(Pods, "a");
        await cluster.UntilAsync("");
    }

    [Fact]
    public async Task What_is_followed_no_more_is_asked_no_more()
    {
        await using var cluster = await FollowedCluster.StartAsync();
        await cluster.UntilAsync(Both);
        await cluster.UntilAsync(() => cluster.Api.OpenWatches == 1);
        cluster.Source.Follow([new KubernetesService(ScriptedApi.Namespace, "other")]);
        await cluster.UntilAsync(() => cluster.Api.Requests[^1].Contains("other") && cluster.Api.OpenWatches == 1);
        cluster.Source.Follow([]);
        await cluster.UntilAsync(() => cluster.Api.OpenWatches == 0);
        Assert.Empty(cluster.Source.States);
    }

    private static Func<HttpContext, Task<bool>> Once(Action<HttpContext> action) => context =>
    {
        action(context);
        return Task.FromResult(false);
    };
}

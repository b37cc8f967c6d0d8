using System.Diagnostics;
using Nfqlb.Kubernetes.Access;
using Nfqlb.Kubernetes.Tests.Api;
using Nfqlb.Kubernetes.Watch;
using Nfqlb.Planning.Model;
using Nfqlb.Maglev;
using Nfqlb.Packets;
using Nfqlb.Planning.Objects;

namespace Nfqlb.Kubernetes.Tests;

/// <summary>A Service of a scripted cluster, and what finds its targets, in a hurry.</summary>
internal sealed class FollowedCluster : IAsyncDisposable
{
    public static readonly KubernetesService Shop = new(ScriptedApi.Namespace, "shop") { Port = "http" };

    /// <summary>A busy machine must not make a test fail.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private static readonly PoolName Pool = new("web");

    private readonly string _directory = Directory.CreateTempSubdirectory("nfqlb-kube-").FullName;
    private readonly List<string> _history = [];

    private FollowedCluster(ScriptedApi api, string? kubeconfig)
    {
        Api = api;
        File.WriteAllText(Kubeconfig, kubeconfig ?? ConfigFor(api.Address, "token: secret"));
        Source = new KubernetesSource(new ApiAccess.File(Kubeconfig), Hurry, TimeProvider.System, Note);
    }

    public static WatchPace Hurry { get; } = new()
    {
        FirstPause = TimeSpan.FromMilliseconds(10),
        LongestPause = TimeSpan.FromMilliseconds(100),
        Steady = TimeSpan.FromMilliseconds(500),
        AnswerTimeout = TimeSpan.FromSeconds(2),
        WatchLength = TimeSpan.FromSeconds(2),
        Grace = TimeSpan.FromMilliseconds(200),
        PageObjects = 5,
    };

    public ScriptedApi Api { get; }

    public KubernetesSource Source { get; }

    public string Kubeconfig => Path.Combine(_directory, "kubeconfig");

    public SourceState State => Source.States.Single();

    /// <summary>`NAME ADDRESSES STATE` of each target.</summary>
    public string Targets => string.Join(", ", Source.Found.Of(Pool, Source.States.Count == 0 ? Shop : _service)
        .Select(Words));

    /// <summary>Whatever was known at any time, each once in a row.</summary>
    public IReadOnlyList<string> History
    {
        get
        {
            lock (_history)
            {
                return [.. _history];
            }
        }
    }

    private KubernetesService _service = Shop;

    /// <summary>A kubeconfig file.</summary>
    /// <param name="server">The server.</param>
    /// <param name="user">What the user has.</param>
    /// <param name="authority">Whom the server is trusted by.</param>
    public static string ConfigFor(Uri server, string user, TestCertificate? authority = null) =>
        $$$"""
        apiVersion: v1
        kind: Config
        current-context: here
        contexts: [{name: here, context: {cluster: c, user: u, namespace: web}}]
        clusters:
        - name: c
          cluster:
            server: "{{{server}}}"
            certificate-authority-data: "{{{(authority ?? TestCertificate.Good).Authority}}}"
        users: [{name: u, user: { {{{user}}} }}]
        """;

    /// <summary>Follows it, with two pods of both families.</summary>
    public static async Task<FollowedCluster> StartAsync(
        KubernetesService? service = null, Action<ScriptedApi>? before = null)
    {
        var api = new ScriptedApi(certificate: TestCertificate.Good.Certificate);
        api.Put(ApiObjects.Slice(
            "shop-1", "shop", "IPv4", ApiObjects.Endpoint("a", "10.0.0.1"), ApiObjects.Endpoint("b", "10.0.0.2")));
        api.Put(ApiObjects.Slice("shop-2", "shop", "IPv6", ApiObjects.Endpoint("a", "fd00::1")));
        api.Put(ApiObjects.Slice("other-1", "other", "IPv4", ApiObjects.Endpoint("x", "10.0.0.9")));
        before?.Invoke(api);
        await api.StartAsync();
        var cluster = new FollowedCluster(api, kubeconfig: null) { _service = service ?? Shop };
        cluster.Source.Follow([cluster._service]);
        return cluster;
    }

    public static string Words(FoundTarget target) => string.Join(' ', new[]
    {
        target.Name,
        string.Join('+', new[] { target.Via4, target.Via6 }.OfType<Address>().Select(one => one.ToPlainString())),
        PoolWords.Of(target.State),
    });

    public Task UntilAsync(string targets) => UntilAsync(() => Targets == targets, () => $"{targets}\nbut {Targets}");

    public async Task UntilAsync(Func<bool> condition, Func<string>? wanted = null)
    {
        long start = Stopwatch.GetTimestamp();
        while (!condition())
        {
            Assert.True(
                Stopwatch.GetElapsedTime(start) < Patience, wanted?.Invoke() ?? string.Join(' ', Source.States));
            await Task.Delay(5);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Source.DisposeAsync();
        await Api.DisposeAsync();
        Directory.Delete(_directory, recursive: true);
    }

    private void Note()
    {
        string targets = Targets;
        lock (_history)
        {
            if (_history.LastOrDefault() != targets)
            {
                _history.Add(targets);
            }
        }
    }
}

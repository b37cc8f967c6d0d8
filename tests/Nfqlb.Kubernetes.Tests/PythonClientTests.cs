using System.Diagnostics;
using Nfqlb.Kubernetes.Tests.Api;
using static Nfqlb.Kubernetes.Tests.Api.ApiObjects;

namespace Nfqlb.Kubernetes.Tests;

/// <summary>Another foreign client, which shares no code with kubectl: python3-kubernetes lists and watches the
/// scripted server.</summary>
public class PythonClientTests
{
    private const string Script =
        """
        import sys
        from kubernetes import client, config, watch
        config.load_kube_config(sys.argv[1])
        api = client.DiscoveryV1Api()
        shop = dict(namespace="web", label_selector="kubernetes.io/service-name=shop")
        first = api.list_namespaced_endpoint_slice(limit=1, **shop)
        rest = api.list_namespaced_endpoint_slice(limit=1, _continue=first.metadata._continue, **shop)
        for one in first.items + rest.items:
            print(one.metadata.name, one.endpoints[0].addresses[0], one.endpoints[0].conditions.ready, flush=True)
        version = rest.metadata.resource_version
        for event in watch.Watch().stream(api.list_namespaced_endpoint_slice, resource_version=version, **shop):
            print(event["type"], event["object"].metadata.name, len(event["object"].endpoints), flush=True)
        """;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    [KernelFact]
    public async Task Python_lists_page_by_page_and_watches_the_scripted_server()
    {
        await using var cluster = await FollowedCluster.StartAsync(before: api => api.Token = "secret");

        // Debian's own, as another python3 in the path has no packages of it.
        using var python = Process.Start(new ProcessStartInfo("/usr/bin/python3", ["-c", Script, cluster.Kubeconfig])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var errors = python.StandardError.ReadToEndAsync();
        async Task Said(string expected)
        {
            string? line = await python.StandardOutput.ReadLineAsync().WaitAsync(Patience);
            Assert.True(line == expected, $"{expected}, but: {line ?? await errors.WaitAsync(Patience)}");
        }

        try
        {
            await Said("shop-1 10.0.0.1 True");
            await Said("shop-2 fd00::1 True");
            cluster.Api.Put(Slice("shop-3", "shop", "IPv4", Endpoint("c", "10.0.0.3")));
            await Said("ADDED shop-3 1");
            cluster.Api.Put(Slice("shop-3", "shop", "IPv4", Endpoint("c", "10.0.0.3"), Endpoint("d", "10.0.0.4")));
            await Said("MODIFIED shop-3 2");
            cluster.Api.Delete(ApiObjects.Slices, "shop-3");
            await Said("DELETED shop-3 2");
        }
        finally
        {
            python.Kill();
        }
    }
}

using Nfqlb.Kubernetes.Tests.Api;
using static Nfqlb.Kubernetes.Tests.Api.ApiObjects;

namespace Nfqlb.Kubernetes.Tests;

/// <summary>The scripted server is none of a dialect of its own: kubectl lists and watches what is followed.</summary>
public class KubectlTests
{
    [KernelFact]
    public async Task Kubectl_lists_and_watches_the_scripted_server()
    {
        await using var cluster = await FollowedCluster.StartAsync(before: api => api.Token = "secret");
        string config = cluster.Kubeconfig;
        string[] slices = [$"--kubeconfig={config}", $"--cache-dir={config}.cache", "get", ApiObjects.Slices];
        Assert.Equal(
            ["endpointslice.discovery.k8s.io/shop-1", "endpointslice.discovery.k8s.io/shop-2"],
            Kubectl.Run([.. slices, "--selector=kubernetes.io/service-name=shop", "--output=name"]).Trim().Split('\n'));
        Assert.Equal("10.0.0.1", Kubectl.Run([.. slices, "shop-1", "-o", "jsonpath={.endpoints[0].addresses[0]}"]));

        using var watch = Kubectl.Start([.. slices, "--watch", "--output=name"]);
        try
        {
            var seen = new List<string?>();
            while (seen.Count < 3)
            {
                seen.Add(await watch.StandardOutput.ReadLineAsync().WaitAsync(TimeSpan.FromSeconds(30)));
            }
            cluster.Api.Put(Slice("shop-3", "shop", "IPv4", Endpoint("c", "10.0.0.3")));
            string? next = await watch.StandardOutput.ReadLineAsync().WaitAsync(TimeSpan.FromSeconds(30));
            Assert.Equal("endpointslice.discovery.k8s.io/shop-3", next);
        }
        finally
        {
            watch.Kill();
        }
    }
}

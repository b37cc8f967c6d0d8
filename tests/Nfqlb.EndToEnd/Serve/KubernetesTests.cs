using Nfqlb.EndToEnd.Lab;

namespace Nfqlb.EndToEnd.Serve;

/// <summary>Targets that are pods of a Service, whatever becomes of the API server and of the balancer.</summary>
[BesideOthers]
public sealed class KubernetesTests : IDisposable
{
    private const string Objects = "/apis/discovery.k8s.io/v1/namespaces/web/endpointslices";

    private static readonly string Server = Path.Combine(
        Path.GetDirectoryName(typeof(KubernetesTests).Assembly.Location)!.Replace("EndToEnd", "Kubernetes.Tests"),
        "Nfqlb.Kubernetes.Tests.dll");

    private readonly ServedHost _host = new();

    public KubernetesTests()
    {
        _host.Replace(
            "kubeconfig", """
            current-context: here
            contexts: [{name: here, context: {cluster: c, user: u}}]
            clusters: [{name: c, cluster: {server: "http://127.0.0.1:6443"}}]
            users: [{name: u, user: {token: secret}}]
            """);
        _host.Replace(
            "lb.yaml", """
            vips: [203.0.113.10]
            pools:
            - name: web
              N: 10
              from: {kubernetes: {namespace: web, service: shop, port: http}}
              targets: [{name: fixed, mark: 101, via: 10.1.0.101}]
            flows: [{name: http, target: web, protocols: tcp, dports: 80}]
            """);
    }

    public void Dispose() => _host.Dispose();

    [KernelFact]
    public void Pods_come_and_go_and_stay_while_nobody_can_be_asked()
    {
        var api = StartServer();
        Put("shop-1", ("a", 2), ("b", 3));
        _host.Start("lb.yaml", Options);
        _host.WaitForMarks(101, 10000, 10001);
        Assert.Contains("via 10.1.0.3", _host.Host.Shell("ip route show table 10001").Stdout);
        Assert.Contains("kubernetes web/shop:http: 2 targets, followed", _host.Nfqlb("status").Stdout);
        Assert.Equal(2, _host.Metrics()["nfqlb_source_targets{source=\"kubernetes web/shop:http\"}"]);

        Put("shop-2", ("c", 4));
        _host.WaitForMarks(101, 10000, 10001, 10002);
        Put("shop-1", ("b", 3));
        _host.WaitForMarks(101, 10001, 10002);

        // Neither its death nor that of the balancer takes a target away.
        api.Signal(PosixSignalNumber.Kill);
        api.WaitForEnd();
        Eventually.True(
            () => _host.Nfqlb("status").Stdout.Contains("Connection refused"), "what is wrong", ServedHost.Soon);
        _host.Process.Signal(PosixSignalNumber.Kill);
        _host.Process.WaitForEnd();
        _host.Start("lb.yaml", Options);
        Assert.Equal([101, 10001, 10002], _host.Marks());
        Assert.Contains("nothing was heard of it yet", _host.Nfqlb("status").Stdout);

        // It comes back with nothing in its memory, and with other pods.
        StartServer();
        Put("shop-3", ("c", 4), ("d", 5));
        Eventually.True(
            () => _host.Marks().SequenceEqual([101, 10000, 10002]), "the pods of the new server", 4 * ServedHost.Soon);
    }

    [KernelFact]
    public void Apply_does_not_pretend_to_look_for_them()
    {
        var applied = _host.Nfqlb("apply", "-f", _host.PathOf("lb.yaml"));
        Assert.Equal(1, applied.ExitCode);
        Assert.Equal(
            $"{_host.PathOf("lb.yaml")}:5: pools[0].from: targets that are found are for serve, which looks for them\n",
            applied.Stderr);
        Assert.Equal(0, _host.Nfqlb("check", _host.PathOf("lb.yaml")).ExitCode);
    }

    private string[] Options => [$"--kubeconfig={_host.PathOf("kubeconfig")}", ServedHost.Http];

    private BackgroundProcess StartServer() =>
        _host.Host.Start("dotnet", Server, "6443").WaitForOutput("listening", TimeSpan.FromSeconds(60));

    private void Put(string slice, params (string Pod, int Octet)[] pods)
    {
        string endpoints = string.Join(", ", pods.Select(pod => $$$"""
            {"addresses": ["10.1.0.{{{pod.Octet}}}"], "conditions": {"ready": true},
             "targetRef": {"kind": "Pod", "name": "{{{pod.Pod}}}"}}
            """));
        _host.Host.Shell($$$"""
            exec 3<>/dev/tcp/127.0.0.1/6443
            body='{"kind": "EndpointSlice", "addressType": "IPv4", "endpoints": [{{{endpoints}}}], "metadata":
              {"name": "{{{slice}}}", "labels": {"kubernetes.io/service-name": "shop"}},
              "ports": [{"name": "http", "port": 80}]}'
            printf 'PUT {{{Objects}}}/{{{slice}}} HTTP/1.1\r\nHost: 127.0.0.1:6443\r\n' >&3
            printf 'Connection: close\r\nContent-Length: %s\r\n\r\n%s' "${#body}" "$body" >&3
            head -1 <&3 | grep -q ' 200 '
            """);
    }
}

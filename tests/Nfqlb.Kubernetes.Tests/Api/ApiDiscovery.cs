using System.Text.Json.Nodes;

namespace Nfqlb.Kubernetes.Tests.Api;

/// <summary>What a client asks first that knows no kinds beforehand, as kubectl does.</summary>
internal static class ApiDiscovery
{
    /// <summary>The answer; null for another path.</summary>
    public static JsonObject? Of(string path) => path switch
    {
        "/version" => Parse("""{"major":"1","minor":"33","gitVersion":"v1.33.0"}"""),
        "/api" => Parse("""{"kind":"APIVersions","versions":["v1"],"serverAddressByClientCIDRs":[]}"""),
        "/apis" => Parse(
            """
            {"kind":"APIGroupList","apiVersion":"v1","groups":[{"name":"discovery.k8s.io",
            "versions":[{"groupVersion":"discovery.k8s.io/v1","version":"v1"}],
            "preferredVersion":{"groupVersion":"discovery.k8s.io/v1","version":"v1"}}]}
            """),
        "/api/v1" => Resources("v1", "pods", "Pod"),
        "/apis/discovery.k8s.io/v1" => Resources("discovery.k8s.io/v1", "endpointslices", "EndpointSlice"),
        _ => null,
    };

    private static JsonObject Resources(string version, string name, string kind) => Parse(
        $$"""
        {"kind":"APIResourceList","apiVersion":"v1","groupVersion":"{{version}}","resources":[{"name":"{{name}}",
        "singularName":"","namespaced":true,"kind":"{{kind}}","verbs":["get","list","watch"]}]}
        """);

    private static JsonObject Parse(string json) => (JsonObject)JsonNode.Parse(json)!;
}

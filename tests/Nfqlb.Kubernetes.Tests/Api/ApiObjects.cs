using System.Text.Json.Nodes;

namespace Nfqlb.Kubernetes.Tests.Api;

/// <summary>Objects as the API has them, with what nobody here reads.</summary>
internal static class ApiObjects
{
    public const string Slices = "endpointslices";
    public const string Pods = "pods";

    /// <summary>A slice of a Service.</summary>
    public static JsonObject Slice(string name, string service, string type, params JsonObject[] endpoints) => new()
    {
        ["kind"] = "EndpointSlice",
        ["apiVersion"] = "discovery.k8s.io/v1",
        ["metadata"] = new JsonObject
        {
            ["name"] = name,
            ["namespace"] = ScriptedApi.Namespace,
            ["uid"] = $"uid-{name}",
            ["labels"] = new JsonObject { ["kubernetes.io/service-name"] = service },
            ["creationTimestamp"] = "2026-01-01T00:00:00Z",
        },
        ["addressType"] = type,
        ["endpoints"] = new JsonArray([.. endpoints]),
        ["ports"] = new JsonArray(new JsonObject { ["name"] = "http", ["port"] = 8080, ["protocol"] = "TCP" }),
    };

    public static JsonObject Endpoint(
        string pod, string address, bool? ready = true, bool? serving = null, bool? terminating = null) => new()
    {
        ["addresses"] = new JsonArray(address),
        ["conditions"] = new JsonObject { ["ready"] = ready, ["serving"] = serving, ["terminating"] = terminating },
        ["nodeName"] = "node-1",
        ["targetRef"] = new JsonObject
        {
            ["kind"] = "Pod", ["namespace"] = ScriptedApi.Namespace, ["name"] = pod, ["uid"] = $"uid-{pod}",
        },
    };

    public static JsonObject Pod(string name, params (string Key, string Value)[] annotations) => new()
    {
        ["kind"] = "Pod",
        ["apiVersion"] = "v1",
        ["metadata"] = new JsonObject
        {
            ["name"] = name,
            ["namespace"] = ScriptedApi.Namespace,
            ["annotations"] = new JsonObject(annotations.Select(
                one => KeyValuePair.Create<string, JsonNode?>(one.Key, one.Value))),
        },
        ["spec"] = new JsonObject { ["containers"] = new JsonArray() },
        ["status"] = new JsonObject { ["phase"] = "Running" },
    };
}

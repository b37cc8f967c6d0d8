using System.Text.Json.Serialization;
using Nfqlb.Planning.Kubernetes;

namespace Nfqlb.Kubernetes.Wire;

/// <summary>How what goes over the wire is read, known when this is compiled.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, GenerationMode = JsonSourceGenerationMode.Metadata)]
[JsonSerializable(typeof(ObjectList<EndpointSlice>))]
[JsonSerializable(typeof(ObjectList<Pod>))]
[JsonSerializable(typeof(Endpoint))]
[JsonSerializable(typeof(WatchEvent<Pod>))]
[JsonSerializable(typeof(WatchEvent<ApiStatus>))]
[JsonSerializable(typeof(ApiStatus))]
internal sealed partial class ApiJson : JsonSerializerContext;

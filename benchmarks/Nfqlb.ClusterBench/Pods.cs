using System.Text.Json.Nodes;
using Nfqlb.Kubernetes.Tests.Api;

namespace Nfqlb.ClusterBench;

/// <summary>The pods of a Service, in slices of a hundred, as the cluster makes them.</summary>
internal sealed class Pods
{
    private const int EndpointsOfSlice = 100;

    private readonly ScriptedApi _api;
    private readonly JsonObject[] _slices;
    private readonly Dictionary<string, string> _states = [];
    private int _made;

    public Pods(ScriptedApi api, int count)
    {
        _api = api;
        _slices = new JsonObject[(count + EndpointsOfSlice - 1) / EndpointsOfSlice];
        for (int slice = 0; slice < _slices.Length; slice++)
        {
            int size = Math.Min(EndpointsOfSlice, count - (slice * EndpointsOfSlice));
            _slices[slice] = ApiObjects.Slice(
                $"shop-{slice}", "shop", "IPv4", [.. Enumerable.Range(0, size).Select(_ => New())]);
            api.Put(_slices[slice]);
        }
    }

    /// <summary>The state that the target of each pod shall have, by its name.</summary>
    public IReadOnlyDictionary<string, string> States => _states;

    /// <summary>Any pod becomes ready, or not; or another one comes in its place.</summary>
    /// <returns>The pod that changes, and the state that it shall have; the pod that comes where one does.</returns>
    public (string Pod, string State) Change(Random random, bool isReplaced)
    {
        var slice = _slices[random.Next(_slices.Length)];
        var endpoints = (JsonArray)slice["endpoints"]!;
        int place = random.Next(endpoints.Count);
        string pod = NameOf(endpoints[place]!);
        if (isReplaced)
        {
            _states.Remove(pod);
            var next = New();
            endpoints[place] = next;
            pod = NameOf(next);
        }
        else
        {
            bool isReady = _states[pod] == "up";
            endpoints[place]!["conditions"]!["ready"] = !isReady;
            _states[pod] = isReady ? "down" : "up";
        }
        _api.Put(slice);
        return (pod, _states[pod]);
    }

    private JsonObject New()
    {
        int number = _made++;
        string name = $"shop-7d9c5b8f44-{number:x5}";
        _states[name] = "up";
        return ApiObjects.Endpoint(name, $"10.{1 + (number >> 16)}.{(number >> 8) & 255}.{number & 255}");
    }

    private static string NameOf(JsonNode endpoint) => (string)endpoint["targetRef"]!["name"]!;
}

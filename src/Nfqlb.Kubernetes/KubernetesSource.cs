using System.Text.Json;
using Nfqlb.Kubernetes.Access;
using Nfqlb.Kubernetes.Watch;
using Nfqlb.Kubernetes.Wire;
using Nfqlb.Planning.Kubernetes;
using Nfqlb.Planning.Model;
using Nfqlb.Planning.Objects;

namespace Nfqlb.Kubernetes;

/// <summary>Finds the targets of Services in a cluster, and goes on doing so. What it knows stays known while the API
/// server is away.</summary>
/// <param name="access">How the server is reached.</param>
/// <param name="pace">How long it waits, and for what.</param>
/// <param name="time">The time.</param>
/// <param name="changed">Is told, on any thread, when something is another than before; of what is found but once until
/// that is looked at.</param>
public sealed class KubernetesSource(ApiAccess access, WatchPace pace, TimeProvider time, Action changed)
    : IDiscovery, IAsyncDisposable
{
    private const string AnyJson = "application/json";

    /// <summary>Of pods their annotations are enough; a server that does not know this sends all of them.</summary>
    private const string MetadataOf =
        "application/json;as=PartialObjectMetadata{0};g=meta.k8s.io;v=v1,application/json";

    private readonly ApiClient _client = new(access, time);
    private readonly Lock _lock = new();
    private readonly Dictionary<string, Running<EndpointSlice>> _slices = [];
    private readonly Dictionary<string, Running<Pod>> _pods = [];
    private readonly Dictionary<KubernetesService, Known> _known = [];
    private readonly List<Task> _ending = [];
    private IReadOnlyList<KubernetesService> _services = [];
    private long _changes;
    private bool _isTold;

    /// <inheritdoc/>
    public long Changes => Interlocked.Read(ref _changes);

    /// <inheritdoc/>
    public FoundTargets Found
    {
        get
        {
            Volatile.Write(ref _isTold, false);
            lock (_lock)
            {
                var found = new Dictionary<KubernetesService, IReadOnlyList<FoundTarget>>();
                foreach (var service in _services)
                {
                    if (TargetsOf(service) is { } targets)
                    {
                        found[service] = targets;
                    }
                }
                return new FoundTargets(found);
            }
        }
    }

    /// <inheritdoc/>
    public IReadOnlyList<SourceState> States
    {
        get
        {
            lock (_lock)
            {
                var states = new List<SourceState>();
                foreach (var service in _services)
                {
                    states.Add(StateOf(service));
                }
                return states;
            }
        }
    }

    /// <inheritdoc/>
    public void Follow(IReadOnlyList<KubernetesService> services)
    {
        lock (_lock)
        {
            _services = [.. services.Distinct()];
            Keep(_slices, _services, SlicesOf, (key, service) => Start(key, new WatchedObjects<EndpointSlice>(
                $"apis/discovery.k8s.io/v1/namespaces/{service.Namespace}/endpointslices",
                $"kubernetes.io/service-name={service.Name}", AnyJson, AnyJson,
                ApiJson.Default.ObjectListEndpointSlice, SliceEvents.Read)));
            Keep(_pods, _services.Where(service => service.NeedsPods), PodsOf, (key, service) => Start(
                key, new WatchedObjects<Pod>(
                $"api/v1/namespaces/{service.Namespace}/pods", "", string.Format(MetadataOf, "List"),
                string.Format(MetadataOf, ""), ApiJson.Default.ObjectListPod,
                (line, _) => JsonSerializer.Deserialize(line, ApiJson.Default.WatchEventPod))));
            foreach (var service in _known.Keys.Except(_services).ToList())
            {
                _known.Remove(service);
            }
        }
    }

    /// <summary>Ends all of it.</summary>
    public async ValueTask DisposeAsync()
    {
        Task[] ending;
        lock (_lock)
        {
            Keep(_slices, [], SlicesOf, (_, _) => throw new InvalidOperationException());
            Keep(_pods, [], PodsOf, (_, _) => throw new InvalidOperationException());
            ending = [.. _ending];
        }
        await Task.WhenAll(ending);
        _client.Dispose();
    }

    private static string SlicesOf(KubernetesService service) => $"{service.Namespace}/{service.Name}";

    private static string PodsOf(KubernetesService service) => service.Namespace;

    private void Keep<T>(
        Dictionary<string, Running<T>> running, IEnumerable<KubernetesService> services,
        Func<KubernetesService, string> keyOf, Func<string, KubernetesService, Running<T>> start)
        where T : class, IKubernetesObject
    {
        var wanted = new HashSet<string>();
        foreach (var service in services)
        {
            string key = keyOf(service);
            wanted.Add(key);
            if (!running.ContainsKey(key))
            {
                running[key] = start(key, service);
            }
        }
        _ending.RemoveAll(task => task.IsCompleted);
        foreach (string key in running.Keys.Except(wanted).ToList())
        {
            _ending.Add(running[key].StopAsync());
            running.Remove(key);
        }
    }

    private Running<T> Start<T>(string key, WatchedObjects<T> what)
        where T : class, IKubernetesObject
    {
        // Attempts are spread over the balancers and the watches of each.
        var random = new Random(HashCode.Combine(key, what.Path));
        var watch = new ObjectWatch<T>(_client, what, pace, time, random, isKnown =>
        {
            if (isKnown)
            {
                Interlocked.Increment(ref _changes);
            }
            if (!isKnown || !Interlocked.Exchange(ref _isTold, true))
            {
                changed();
            }
        });
        var stop = new CancellationTokenSource();
        return new Running<T>(watch, Task.Run(() => watch.RunAsync(stop.Token)), stop);
    }

    private IReadOnlyList<FoundTarget>? TargetsOf(KubernetesService service)
    {
        var slices = _slices[SlicesOf(service)].Watch;
        var pods = service.NeedsPods ? _pods[PodsOf(service)].Watch : null;
        if (!slices.State.IsListed || pods?.State.IsListed == false)
        {
            return null;
        }
        var (slicesNow, podsNow) = (slices.Objects, pods?.Objects);
        var known = _known.GetValueOrDefault(service);
        if (known is null || known.Slices != slicesNow || known.Pods != podsNow)
        {
            var all = known?.All ?? new ServiceTargets(service);
            var targets = all.Of(slicesNow.Values, podsNow ?? new Dictionary<string, Pod>());
            _known[service] = known = new Known(slicesNow, podsNow, all, targets);
        }
        return known.Targets;
    }

    private SourceState StateOf(KubernetesService service)
    {
        var slices = _slices[SlicesOf(service)].Watch.State;
        var pods = service.NeedsPods ? _pods[PodsOf(service)].Watch.State : slices;
        var (one, other) = (AgeOf(slices), AgeOf(pods));
        return new SourceState($"kubernetes {service}")
        {
            Targets = _known.GetValueOrDefault(service)?.Targets.Count ?? 0,
            Age = one is null || other is null ? null : one > other ? one : other,
            Problem = slices.Problem ?? pods.Problem,
        };
    }

    private TimeSpan? AgeOf(WatchState state) => !state.IsListed ? null
        : state.IsOpen ? TimeSpan.Zero
        : time.GetUtcNow() - state.LastHeard!.Value;

    private sealed record Known(
        IReadOnlyDictionary<string, EndpointSlice> Slices, IReadOnlyDictionary<string, Pod>? Pods,
        ServiceTargets All, IReadOnlyList<FoundTarget> Targets);

    private sealed record Running<T>(ObjectWatch<T> Watch, Task Task, CancellationTokenSource Stop)
        where T : class, IKubernetesObject
    {
        public async Task StopAsync()
        {
            await Stop.CancelAsync();
            await Task;
            Stop.Dispose();
        }
    }
}

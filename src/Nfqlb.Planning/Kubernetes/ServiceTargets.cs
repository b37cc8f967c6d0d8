using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Nfqlb.Maglev;
using Nfqlb.Packets;
using Nfqlb.Planning.Model;

namespace Nfqlb.Planning.Kubernetes;

/// <summary>Makes targets of a Service's endpoints: one for each pod, whatever slices it is in. Only slices that are
/// others than before are read again, and a target that is what it was is the same object.</summary>
/// <remarks>A function of what there is, and not of the order in which it was heard of: so balancers agree.</remarks>
/// <param name="service">Whose, and how.</param>
public sealed class ServiceTargets(KubernetesService service)
{
    private const string DigestSeparator = "-";
    private const int DigestCharacters = 16;

    private readonly Dictionary<EndpointSlice, Dictionary<string, List<Seen>>> _slices =
        new(ReferenceEqualityComparer.Instance);

    private readonly Dictionary<string, List<Seen>> _seen = [];
    private readonly Dictionary<string, Pod?> _pods = [];
    private readonly SortedList<string, FoundTarget> _targets = new(StringComparer.Ordinal);
    private IReadOnlyList<FoundTarget> _found = [];

    /// <summary>The targets, by name.</summary>
    /// <param name="service">Whose, and how.</param>
    /// <param name="slices">The slices of the Service, in any order.</param>
    /// <param name="pods">The pods of its namespace, by name, where they are needed.</param>
    public static IReadOnlyList<FoundTarget> Of(
        KubernetesService service, IEnumerable<EndpointSlice> slices, IReadOnlyDictionary<string, Pod> pods) =>
        new ServiceTargets(service).Of(slices, pods);

    /// <summary>The targets that there are now, by name; the same list while nothing is another.</summary>
    /// <param name="slices">The slices of the Service, in any order.</param>
    /// <param name="pods">The pods of its namespace, by name, where they are needed.</param>
    public IReadOnlyList<FoundTarget> Of(IEnumerable<EndpointSlice> slices, IReadOnlyDictionary<string, Pod> pods)
    {
        var touched = TakeSlices(slices);
        foreach (var (name, pod) in _pods)
        {
            if (!ReferenceEquals(pods.GetValueOrDefault(name), pod))
            {
                touched.Add(name);
            }
        }
        bool isAnother = false;
        foreach (string name in touched)
        {
            isAnother |= Take(name, pods.GetValueOrDefault(name));
        }
        return _found = isAnother ? [.. _targets.Values] : _found;
    }

    /// <returns>The names of which something else is seen than before.</returns>
    private HashSet<string> TakeSlices(IEnumerable<EndpointSlice> slices)
    {
        var touched = new HashSet<string>();
        var gone = new HashSet<EndpointSlice>(_slices.Keys, ReferenceEqualityComparer.Instance);
        var come = new List<EndpointSlice>();
        foreach (var slice in slices)
        {
            if (!gone.Remove(slice))
            {
                come.Add(slice);
            }
        }
        foreach (var slice in gone)
        {
            _slices.Remove(slice, out var endpoints);
            foreach (var (name, all) in endpoints!)
            {
                var seen = _seen[name];
                foreach (var one in all)
                {
                    seen.Remove(one);
                }
                touched.Add(name);
            }
        }
        foreach (var slice in come)
        {
            var endpoints = EndpointsOf(slice);
            if (!_slices.TryAdd(slice, endpoints))
            {
                continue; // the same one twice
            }
            foreach (var (name, all) in endpoints)
            {
                (_seen.TryGetValue(name, out var seen) ? seen : _seen[name] = []).AddRange(all);
                touched.Add(name);
            }
        }
        return touched;
    }

    private Dictionary<string, List<Seen>> EndpointsOf(EndpointSlice slice)
    {
        var byName = new Dictionary<string, List<Seen>>();
        foreach (var endpoint in Matches(slice, service.Port) ? slice.Endpoints ?? [] : [])
        {
            if (endpoint.Addresses is [var text, ..] && TryParse(text, slice.AddressType, out var address))
            {
                var pod = endpoint.TargetRef is { Kind: "Pod", Name.Length: > 0 } reference ? reference : null;
                string name = pod?.Name ?? text;
                if (!byName.TryGetValue(name, out var seen))
                {
                    byName[name] = seen = [];
                }
                seen.Add(new Seen(pod?.Uid ?? "", StateOf(service, endpoint.Conditions ?? new()), address));
            }
        }
        return byName;
    }

    /// <returns>Whether it is another target than before.</returns>
    private bool Take(string name, Pod? pod)
    {
        var seen = _seen[name];
        var target = seen.Count == 0 ? null : Target(service, name, seen, pod?.Metadata?.Annotations);
        if (seen.Count == 0)
        {
            _seen.Remove(name);
            _pods.Remove(name);
        }
        else
        {
            _pods[name] = pod;
        }
        if (target is null)
        {
            return _targets.Remove(name);
        }
        if (_targets.TryGetValue(name, out var before) && before == target)
        {
            return false;
        }
        _targets[name] = target;
        return true;
    }

    private static FoundTarget? Target(
        KubernetesService service, string name, List<Seen> all, IReadOnlyDictionary<string, string>? annotations)
    {
        // Of a name that has gone from one pod to the next, the one that takes more; then of each family, while a pod
        // moves from one slice to another, the address that takes more.
        all.Sort();
        string uid = all[0].Uid;
        Address? First(bool isIpv4)
        {
            int i = all.FindIndex(seen => seen.Uid == uid && seen.Address.IsIpv4 == isIpv4);
            return i < 0 ? null : all[i].Address;
        }
        var target = new FoundTarget(ShortName(name))
        {
            Device = service.Device,
            State = all[0].State,
            Via4 = First(isIpv4: true),
            Via6 = First(isIpv4: false),
        };
        if (service.Network is { } network)
        {
            target = NetworkStatus.WithAddresses(target, annotations, network);
        }
        return target is { Via4: null, Via6: null } ? null
            : service.Annotations is { } prefix && annotations is not null ? Annotated(target, prefix, annotations)
            : target;
    }

    /// <summary>All slices of a Service of one port have it; one that says no port has all.</summary>
    private static bool Matches(EndpointSlice slice, string? port) => port is null || slice.Ports is null or []
        || slice.Ports.Any(one => one.Name == port
            || one.Port?.ToString(CultureInfo.InvariantCulture) == port);

    private static TargetState StateOf(KubernetesService service, EndpointConditions conditions)
    {
        bool isReady = conditions.Ready ?? true;
        bool serves = conditions.Serving ?? isReady;
        return conditions.Terminating == true ? serves ? service.Terminating : TargetState.Down
            : isReady ? TargetState.Up
            : service.Unready;
    }

    private static FoundTarget Annotated(
        FoundTarget target, string prefix, IReadOnlyDictionary<string, string> annotations)
    {
        ushort? Number(string key) => annotations.TryGetValue($"{prefix}/{key}", out string? text)
            && WholeNumber.TryParse(text, ushort.MaxValue, out uint number) ? (ushort)number : null;
        bool saysState = annotations.TryGetValue($"{prefix}/state", out string? word)
            & PoolWords.TryParse(word ?? "", out TargetState state);

        // Who ends or is not ready takes no more for being told to.
        return target with
        {
            Weight = Number("weight") ?? target.Weight,
            Priority = Number("priority") ?? target.Priority,
            State = saysState && state > target.State ? state : target.State,
        };
    }

    /// <summary>A keyed pool takes 63 characters: what is longer ends with a digest of all of it.</summary>
    private static string ShortName(string name)
    {
        if (name.Length <= TargetName.MostCharacters)
        {
            return name;
        }
        string digest = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(name)));
        return name[..(TargetName.MostCharacters - DigestCharacters - DigestSeparator.Length)]
            + DigestSeparator + digest[..DigestCharacters];
    }

    private static bool TryParse(string text, string? type, out Address address) =>
        Address.TryParse(text, out address) && address.IsIpv4 == (type == "IPv4") && type is "IPv4" or "IPv6"
        && DesiredStateCheck.CanBeSentTo(address);

    /// <summary>An endpoint in a slice; the best comes first.</summary>
    private readonly record struct Seen(string Uid, TargetState State, Address Address) : IComparable<Seen>
    {
        public int CompareTo(Seen other)
        {
            int order = State.CompareTo(other.State);
            order = order != 0 ? order : string.CompareOrdinal(Uid, other.Uid);
            order = order != 0 ? order : Address.High.CompareTo(other.Address.High);
            return order != 0 ? order : Address.Low.CompareTo(other.Address.Low);
        }
    }
}

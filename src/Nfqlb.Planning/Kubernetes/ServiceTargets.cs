using System.Globalization;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
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

    private readonly HashSet<EndpointSlice> _slices = new(ReferenceEqualityComparer.Instance);

    /// <summary>How many times more each endpoint is there than before, while slices are taken.</summary>
    private readonly Dictionary<(Endpoint, string?), int> _counts = new(new SameEndpoint());

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

    /// <summary>Endpoints that stay in their slice, or move to another one, are not looked at.</summary>
    /// <returns>The names of which something else is seen than before.</returns>
    private HashSet<string> TakeSlices(IEnumerable<EndpointSlice> slices)
    {
        var gone = new HashSet<EndpointSlice>(_slices, ReferenceEqualityComparer.Instance);
        var come = new HashSet<EndpointSlice>(ReferenceEqualityComparer.Instance);
        foreach (var slice in slices)
        {
            if (!gone.Remove(slice) && _slices.Add(slice))
            {
                come.Add(slice);
            }
        }
        _slices.ExceptWith(gone);
        Count(gone, -1);
        Count(come, 1);
        var touched = new HashSet<string>();
        foreach (var ((endpoint, type), count) in _counts)
        {
            if (count != 0 && TryRead(endpoint, type, out string name, out var one))
            {
                touched.Add(name);
                Note(name, one, count);
            }
        }
        _counts.Clear();
        return touched;
    }

    private void Count(HashSet<EndpointSlice> slices, int change)
    {
        foreach (var slice in slices)
        {
            foreach (var endpoint in Matches(slice, service.Port) ? slice.Endpoints ?? [] : [])
            {
                CollectionsMarshal.GetValueRefOrAddDefault(_counts, (endpoint, slice.AddressType), out _) += change;
            }
        }
    }

    private bool TryRead(Endpoint endpoint, string? type, out string name, out Seen seen)
    {
        (name, seen) = ("", default);
        if (endpoint.Addresses is not [var text, ..] || !TryParse(text, type, out var address))
        {
            return false;
        }
        var pod = endpoint.TargetRef is { Kind: "Pod", Name.Length: > 0 } reference ? reference : null;
        name = pod?.Name ?? text;
        seen = new Seen(pod?.Uid ?? "", StateOf(service, endpoint.Conditions ?? new()), address);
        return true;
    }

    private void Note(string name, Seen one, int count)
    {
        if (!_seen.TryGetValue(name, out var seen))
        {
            _seen[name] = seen = [];
        }
        for (; count > 0; count--)
        {
            seen.Add(one);
        }
        for (; count < 0; count++)
        {
            seen.Remove(one);
        }
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

    /// <summary>Of one family the same object is the same endpoint.</summary>
    private sealed class SameEndpoint : IEqualityComparer<(Endpoint Endpoint, string? Type)>
    {
        public bool Equals((Endpoint Endpoint, string? Type) x, (Endpoint Endpoint, string? Type) y) =>
            ReferenceEquals(x.Endpoint, y.Endpoint) && x.Type == y.Type;

        public int GetHashCode((Endpoint Endpoint, string? Type) one) => RuntimeHelpers.GetHashCode(one.Endpoint);
    }

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

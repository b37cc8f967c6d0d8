using System.Collections.Immutable;
using Nfqlb.Kubernetes.Wire;
using Nfqlb.Planning.Kubernetes;

namespace Nfqlb.Kubernetes.Watch;

/// <summary>The objects of a kind, as the server has told of them. Written by one, read by any.</summary>
internal sealed class Mirror<T>
    where T : class, IKubernetesObject
{
    /// <summary>A cluster has 5,000 nodes and 150,000 pods at most.</summary>
    public const int MostObjects = 200_000;

    private volatile ImmutableDictionary<string, T> _objects = ImmutableDictionary<string, T>.Empty;

    /// <summary>By name; another one after each change.</summary>
    public ImmutableDictionary<string, T> Objects => _objects;

    /// <summary>There is what was listed, and nothing else. What was there before is there until now.</summary>
    /// <returns>Whether anything is another than before.</returns>
    public bool Replace(IReadOnlyList<T> all)
    {
        var before = _objects;
        var next = before;
        var names = new HashSet<string>();
        foreach (var one in all)
        {
            names.Add(NameOf(one));
            next = With(next, one);
        }
        foreach (string name in before.Keys)
        {
            if (!names.Contains(name))
            {
                next = next.Remove(name);
            }
        }
        _objects = next;
        return _objects != before;
    }

    /// <summary>There is this one now, anew or changed.</summary>
    /// <returns>Whether it is another than before.</returns>
    public bool Put(T one)
    {
        var before = _objects;
        _objects = With(before, one);
        return _objects != before;
    }

    /// <summary>It is there no more.</summary>
    /// <returns>Whether it was.</returns>
    public bool Remove(T one)
    {
        var before = _objects;
        _objects = before.Remove(NameOf(one));
        return _objects != before;
    }

    private static ImmutableDictionary<string, T> With(ImmutableDictionary<string, T> objects, T one)
    {
        string name = NameOf(one);
        string? version = one.Metadata!.ResourceVersion;
        return objects.TryGetValue(name, out var there)
            ? version is not null && there.Metadata!.ResourceVersion == version ? objects : objects.SetItem(name, one)
            : objects.Count < MostObjects ? objects.Add(name, one)
            : throw new ApiException($"more than {MostObjects} objects");
    }

    private static string NameOf(T one) => one.Metadata?.Name is { Length: > 0 } name ? name
        : throw new ApiException("an object without a name");
}

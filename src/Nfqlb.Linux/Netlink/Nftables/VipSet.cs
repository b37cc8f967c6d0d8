using System.Collections;
using System.Collections.Immutable;
using Nfqlb.Flows;

namespace Nfqlb.Linux.Netlink.Nftables;

/// <summary>Virtual IPs as the user gave them: prefixes of both families, side by side or in each other.</summary>
/// <remarks>Immutable; equal to another set of the same prefixes. Enumerated by first address, shortest prefix
/// first.</remarks>
public sealed class VipSet : IReadOnlyCollection<Cidr>, IEquatable<VipSet>
{
    private static readonly Comparer<Cidr> ByAddress = Comparer<Cidr>.Create((one, other) =>
        (one.Base.High, one.Base.Low, one.PrefixLength).CompareTo(
            (other.Base.High, other.Base.Low, other.PrefixLength)));

    private readonly ImmutableSortedSet<Cidr> _prefixes;

    private VipSet(ImmutableSortedSet<Cidr> prefixes) => _prefixes = prefixes;

    /// <summary>No prefix.</summary>
    public static VipSet Empty { get; } = new(ImmutableSortedSet<Cidr>.Empty.WithComparer(ByAddress));

    /// <summary>How many prefixes.</summary>
    public int Count => _prefixes.Count;

    /// <summary>These prefixes, each once.</summary>
    public static VipSet Of(IEnumerable<Cidr> prefixes) => new(prefixes.ToImmutableSortedSet(ByAddress));

    /// <summary>True when this very prefix is in it; not when a wider one is.</summary>
    public bool Contains(Cidr prefix) => _prefixes.Contains(prefix);

    /// <summary>This set with more prefixes.</summary>
    public VipSet Union(IEnumerable<Cidr> prefixes) => new(_prefixes.Union(prefixes));

    /// <summary>This set without some prefixes; those it has not are ignored.</summary>
    public VipSet Except(IEnumerable<Cidr> prefixes) => new(_prefixes.Except(prefixes));

    /// <inheritdoc/>
    public bool Equals(VipSet? other) => other is not null && _prefixes.SequenceEqual(other._prefixes);

    /// <inheritdoc/>
    public override bool Equals(object? other) => Equals(other as VipSet);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        var hash = default(HashCode);
        foreach (var prefix in _prefixes)
        {
            hash.Add(prefix);
        }

        return hash.ToHashCode();
    }

    /// <inheritdoc/>
    public IEnumerator<Cidr> GetEnumerator() => _prefixes.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary>The prefixes of one family, in order.</summary>
    internal IEnumerable<Cidr> Of(VipFamily family) =>
        _prefixes.Where(prefix => IsIpv4(prefix) == (family == VipFamily.Ipv4));

    private static bool IsIpv4(Cidr prefix) => prefix.Base.IsIpv4 && prefix.PrefixLength >= VipFamily.Ipv4.MappedBits;
}

namespace Nfqlb.FastPath;

/// <summary>Some values in their order, equal to any others of the same.</summary>
internal readonly struct Sequence<T> : IEquatable<Sequence<T>>
    where T : struct, IEquatable<T>
{
    private readonly T[] _values;
    private readonly int _hash;

    public Sequence(T[] values)
    {
        _values = values;
        var hash = new HashCode();
        foreach (ref readonly var value in values.AsSpan())
        {
            hash.Add(value);
        }
        _hash = hash.ToHashCode();
    }

    public bool Equals(Sequence<T> other) => _hash == other._hash && _values.AsSpan().SequenceEqual(other._values);

    public override bool Equals(object? obj) => obj is Sequence<T> other && Equals(other);

    public override int GetHashCode() => _hash;
}

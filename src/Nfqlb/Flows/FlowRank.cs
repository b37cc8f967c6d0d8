namespace Nfqlb.Flows;

/// <summary>Which of two flows goes first: the lower rank.</summary>
/// <remarks>Higher priorities have lower ranks; among equal priorities, earlier definitions have.</remarks>
public readonly record struct FlowRank : IComparable<FlowRank>
{
    private const int DefinitionBits = 33;

    private readonly ulong _value;

    private FlowRank(ulong value) => _value = value;

    /// <summary>Behind every flow.</summary>
    public static FlowRank Last { get; } = new(ulong.MaxValue);

    /// <summary>True when the left one goes first.</summary>
    public static bool operator <(FlowRank left, FlowRank right) => left._value < right._value;

    /// <summary>True when the right one goes first.</summary>
    public static bool operator >(FlowRank left, FlowRank right) => left._value > right._value;

    /// <summary>The rank of a flow.</summary>
    /// <param name="priority">From 0.</param>
    /// <param name="definition">Counts definitions, from 0 to 2^33 - 2; the lower one came first.</param>
    public static FlowRank Of(int priority, ulong definition) =>
        new((ulong)(int.MaxValue - priority) << DefinitionBits | definition);

    /// <inheritdoc/>
    public int CompareTo(FlowRank other) => _value.CompareTo(other._value);
}

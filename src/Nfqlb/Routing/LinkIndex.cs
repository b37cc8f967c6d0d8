namespace Nfqlb.Routing;

/// <summary>A link of this network namespace, by number (ifindex).</summary>
/// <param name="Value">From 1. A number is not used again while the namespace lives, unless it is asked for.</param>
public readonly record struct LinkIndex(int Value)
{
    /// <summary>The number.</summary>
    public override string ToString() => $"{Value}";
}

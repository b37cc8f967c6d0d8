namespace Nfqlb.Routing;

/// <summary>The condition of a rule on a packet's mark: some of its bits.</summary>
/// <param name="Value">What these bits must be, host order.</param>
/// <param name="Mask">Which bits count.</param>
public readonly record struct FwmarkMatch(uint Value, uint Mask)
{
    /// <summary>All bits count.</summary>
    public static FwmarkMatch Exactly(uint value) => new(value, uint.MaxValue);

    /// <summary>True when a packet with this mark passes.</summary>
    public bool Matches(uint mark) => (mark & Mask) == (Value & Mask);

    /// <summary>As ip(8) writes it: `0x65`, `0x60/0xf0`.</summary>
    public override string ToString() => Mask == uint.MaxValue ? $"0x{Value:x}" : $"0x{Value:x}/0x{Mask:x}";
}

namespace Nfqlb.Routing;

/// <summary>Which marks a routing rule looks at: `fwmark VALUE/MASK`, or `not` that.</summary>
/// <param name="Value">Host order; 0 wherever the mask is.</param>
/// <param name="Mask">Host order; 0 for every mark.</param>
/// <param name="IsInverted">Holds for all other marks.</param>
public readonly record struct MarkMatch(uint Value, uint Mask, bool IsInverted = false)
{
    /// <summary>Holds for every mark.</summary>
    public static MarkMatch Any => default;

    /// <summary>Holds for one mark, whatever others have in their bits.</summary>
    /// <remarks>The bits of a mark that the mask has no longer count too: it is led on until it is gone.</remarks>
    public static MarkMatch Only(uint mark, MarkMask mask) => new(mark, mask.Bits | mark);

    /// <summary>Whether it holds for a mark (fib_rule_match, net/core/fib_rules.c).</summary>
    public bool Holds(uint mark) => ((mark ^ Value) & Mask) == 0 != IsInverted;

    /// <summary>As `ip rule` writes it.</summary>
    public override string ToString()
    {
        string not = IsInverted ? "not " : "";
        return Mask switch
        {
            0 => $"{not}all",
            uint.MaxValue => $"{not}fwmark 0x{Value:x}",
            _ => $"{not}fwmark 0x{Value:x}/0x{Mask:x}",
        };
    }
}

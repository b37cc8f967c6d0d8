namespace Nfqlb.Filters;

/// <summary>The mark that a rule gives to packets.</summary>
/// <param name="Bits">The bits that it sets anew; the others stay.</param>
/// <param name="Value">What these become; null where it is not known here.</param>
public readonly record struct FilterMark(uint Bits, uint? Value)
{
    /// <summary>A packet's mark behind the rule; null for one that is not known.</summary>
    public uint? After(uint? mark) => Value is { } value && (mark is not null || Bits == uint.MaxValue)
        ? (mark ?? 0) & ~Bits | value
        : null;
}

using System.Globalization;

namespace Nfqlb;

/// <summary>The bits of a packet's mark that are nfqlb's. Others, such as Cilium, Calico or kube-proxy, keep state in
/// the rest.</summary>
/// <remarks>Host order. The default has all bits: nobody else uses marks.</remarks>
public readonly record struct MarkMask
{
    private const string HexPrefix = "0x";

    /// <summary>Inverted, so that the default has all bits.</summary>
    private readonly uint _foreign;

    /// <summary>A mask of these bits.</summary>
    /// <param name="bits">At least one.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is none.</exception>
    public MarkMask(uint bits)
    {
        ArgumentOutOfRangeException.ThrowIfZero(bits);
        _foreign = ~bits;
    }

    /// <summary>All 32 bits.</summary>
    public static MarkMask All => default;

    /// <summary>The bits that are nfqlb's.</summary>
    public uint Bits => ~_foreign;

    /// <summary>No bit belongs to others.</summary>
    public bool IsAll => _foreign == 0;

    /// <summary>Whether a mark has no bit outside the mask.</summary>
    public bool Fits(FirewallMark mark) => ((uint)mark.Value & _foreign) == 0;

    /// <summary>All marks that fit, but for 0: upwards from the first one, then those below it.</summary>
    public IEnumerable<FirewallMark> Marks(FirewallMark first)
    {
        uint bits = Bits & int.MaxValue;

        // The next higher number without other bits; 0 behind the highest.
        uint After(uint mark) => ((mark | ~bits) + 1) & bits;
        for (uint mark = After(0); mark != 0; mark = After(mark))
        {
            if (mark >= first.Value)
            {
                yield return new FirewallMark((int)mark);
            }
        }
        for (uint mark = After(0); mark != 0 && mark < first.Value; mark = After(mark))
        {
            yield return new FirewallMark((int)mark);
        }
    }

    /// <summary>The mark a packet goes on with: nfqlb's bits are replaced, those of others stay.</summary>
    /// <param name="carried">The mark the packet came with.</param>
    /// <param name="own">What it is to have in nfqlb's bits.</param>
    public uint Merge(uint carried, FirewallMark own) => (carried & _foreign) | ((uint)own.Value & ~_foreign);

    /// <summary>nfqlb's part of a mark.</summary>
    public FirewallMark Own(uint mark) => new((int)(mark & ~_foreign));

    /// <summary>Reads a mask as people type it: `0x00ff0000`, or a decimal number.</summary>
    /// <param name="text">What was typed.</param>
    /// <param name="mask">Valid when this returns true.</param>
    public static bool TryParse(string text, out MarkMask mask)
    {
        bool isHex = text.StartsWith(HexPrefix, StringComparison.OrdinalIgnoreCase);
        bool isNumber = isHex
            ? uint.TryParse(
                text.AsSpan(HexPrefix.Length), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture,
                out uint bits)
            : WholeNumber.TryParse(text, uint.MaxValue, out bits);
        bool isMask = isNumber && bits != 0;
        mask = isMask ? new MarkMask(bits) : All;
        return isMask;
    }

    /// <summary>As `ip rule` writes it: `0xff0000`.</summary>
    public override string ToString() => $"{HexPrefix}{Bits:x}";
}

using System.Buffers.Binary;
using System.Globalization;
using System.Text.RegularExpressions;
using Nfqlb.Packets;

namespace Nfqlb.Flows;

/// <summary>A condition on one to four bytes of the transport header: `tcp[2:2] &amp; 0xff00 = 0x1300`.</summary>
/// <param name="Protocol">TCP, UDP or SCTP. Packets of another protocol are not asked.</param>
/// <param name="Offset">Bytes from the begin of the transport header; the bytes compared lie within it.</param>
/// <param name="Size">1, 2 or 4 bytes, read in network order.</param>
/// <param name="Mask">Bits to compare; 0 for all.</param>
/// <param name="Value">What they must be.</param>
public readonly partial record struct ByteMatch(IpProtocol Protocol, int Offset, int Size, uint Mask, uint Value)
{
    private const int LongestStatement = 64;

    /// <summary>Reads one statement of the grammar of nfqlb 1.2.0.</summary>
    public static bool TryParse(string text, out ByteMatch match, out string reason)
    {
        match = default;
        var parts = text.Length <= LongestStatement ? Grammar().Match(text) : Match.Empty;
        if (!parts.Success)
        {
            // The words of nfqlb 1.2.0, which its callers may look for.
            reason = text.Length > LongestStatement ? "String too long" : "Doesn't match regexp";
            return false;
        }
        var protocol = parts.Groups["protocol"].Value switch
        {
            "tcp" => IpProtocol.Tcp,
            "udp" => IpProtocol.Udp,
            _ => IpProtocol.Sctp,
        };
        int size = parts.Groups["size"].Value[0] - '0';
        if (!WholeNumber.TryParse(parts.Groups["offset"].Value, ushort.MaxValue, out uint offset)
            || offset + size > HeaderBytes(protocol))
        {
            reason = $"Out of bounds: the {parts.Groups["protocol"].Value} header has {HeaderBytes(protocol)} bytes";
            return false;
        }
        uint most = size == 4 ? uint.MaxValue : (1u << (size * 8)) - 1;
        string mask = parts.Groups["mask"].Value;
        if (!TryParseNumber(mask.Length > 0 ? mask : "0", most, out uint maskBits) || (mask.Length > 0 && maskBits == 0)
            || !TryParseNumber(parts.Groups["value"].Value, most, out uint value)
            || (maskBits != 0 && (value & ~maskBits) != 0))
        {
            reason = $"Out of bounds: {size} bytes under this mask never have this value";
            return false;
        }
        match = new ByteMatch(protocol, (int)offset, size, maskBits, value);
        reason = "";
        return true;
    }

    /// <summary>True when the packet is of another protocol, or has these bits.</summary>
    /// <param name="protocol">The packet's transport protocol.</param>
    /// <param name="transport">From the first byte of the transport header. One that is cut short never
    /// matches.</param>
    public bool Matches(IpProtocol protocol, ReadOnlySpan<byte> transport)
    {
        if (protocol != Protocol)
        {
            return true;
        }
        if (transport.Length < HeaderBytes(protocol))
        {
            return false;
        }
        uint bits = Size switch
        {
            1 => transport[Offset],
            2 => BinaryPrimitives.ReadUInt16BigEndian(transport[Offset..]),
            _ => BinaryPrimitives.ReadUInt32BigEndian(transport[Offset..]),
        };
        return (Mask == 0 ? bits : bits & Mask) == Value;
    }

    /// <summary>As nfqlb lists it: `tcp[0:4]&amp;0xffff=0x1389`.</summary>
    public override string ToString()
    {
        string protocol = Protocol.ToString().ToLowerInvariant();
        string mask = Mask == 0 ? "" : $"&0x{Mask:x}";
        return $"{protocol}[{Offset}:{Size}]{mask}=0x{Value:x}";
    }

    private static int HeaderBytes(IpProtocol protocol) => protocol switch
    {
        IpProtocol.Tcp => 20,
        IpProtocol.Udp => 8,
        _ => 12,
    };

    private static bool TryParseNumber(string text, uint max, out uint number)
    {
        if (!text.StartsWith("0x", StringComparison.Ordinal))
        {
            return WholeNumber.TryParse(text, max, out number);
        }
        return uint.TryParse(text.AsSpan(2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out number)
            && number <= max;
    }

    [GeneratedRegex("""
        ^(?<protocol>sctp|tcp|udp)\[(?<offset>[0-9]+)[ ]*:[ ]*(?<size>[124])\]
        ([ ]*&[ ]*(?<mask>0x[0-9a-f]+))?[ ]*=[ ]*(?<value>[0-9]+|0x[0-9a-f]+)\z
        """, RegexOptions.IgnorePatternWhitespace | RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant)]
    private static partial Regex Grammar();
}

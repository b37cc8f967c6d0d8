namespace Nfqlb.Tests.Wire;

/// <summary>Transport headers in full length.</summary>
internal static class Transport
{
    /// <summary>16 bits in network order.</summary>
    public static byte[] Network(ushort value) => [(byte)(value >> 8), (byte)value];

    /// <summary>32 bits in network order.</summary>
    public static byte[] Network(uint value) =>
        [(byte)(value >> 24), (byte)(value >> 16), (byte)(value >> 8), (byte)value];

    /// <summary>RFC 9293 §3.1, 20 bytes, a SYN.</summary>
    public static byte[] Tcp(ushort source, ushort destination) =>
    [
        .. Network(source), .. Network(destination),
        .. Network(0x01020304u), // sequence number
        .. Network(0u), // acknowledgement number
        0x50, 0x02, .. Network((ushort)65535), // header length, flags, window
        0, 0, 0, 0, // checksum, urgent pointer
    ];

    /// <summary>RFC 768, 8 bytes.</summary>
    public static byte[] Udp(ushort source, ushort destination, params byte[] payload) =>
        [.. Network(source), .. Network(destination), .. Network((ushort)(8 + payload.Length)), 0, 0, .. payload];

    /// <summary>RFC 9260 §3.1, 12 bytes.</summary>
    public static byte[] Sctp(ushort source, ushort destination) =>
        [.. Network(source), .. Network(destination), .. Network(0xcafef00du), 0, 0, 0, 0];
}

namespace Nfqlb.EndToEnd.Wire;

/// <summary>Numbers in network order.</summary>
internal static class Network
{
    public static byte[] Bytes(ushort value) => [(byte)(value >> 8), (byte)value];

    public static byte[] Bytes(uint value) => [.. Bytes((ushort)(value >> 16)), .. Bytes((ushort)value)];
}

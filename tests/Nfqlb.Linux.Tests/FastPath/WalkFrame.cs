using System.Buffers.Binary;

namespace Nfqlb.FastPath.Measuring;

/// <summary>The packet that native/fastpath/walk.bpf.c makes one of another flow at each run.</summary>
internal static class WalkFrame
{
    private const int IpAt = 14, TcpAt = IpAt + 20, WalkAt = TcpAt + 4, Bytes = TcpAt + 20;
    private const byte Tcp = 6;

    /// <summary>From the Ethernet header on.</summary>
    /// <param name="flows">How many there are, at most 65,535. Flow i has the port i + 1.</param>
    /// <param name="firstDestination">IPv4 address of flow 0; flow i has the i-th behind it.</param>
    public static byte[] Of(int flows, uint firstDestination)
    {
        byte[] frame = new byte[Bytes];
        frame[IpAt - 2] = 0x08; // IPv4
        var ip = frame.AsSpan(IpAt);
        ip[0] = 0x45;
        BinaryPrimitives.WriteUInt16BigEndian(ip[2..], Bytes - IpAt);
        ip[8] = 64;
        ip[9] = Tcp;
        BinaryPrimitives.WriteUInt32BigEndian(ip[12..], 0xc612_0001);
        BinaryPrimitives.WriteUInt16BigEndian(frame.AsSpan(TcpAt), 40_000);
        BitConverter.TryWriteBytes(frame.AsSpan(WalkAt), flows);
        BitConverter.TryWriteBytes(frame.AsSpan(WalkAt + 2 * sizeof(uint)), firstDestination);
        return frame;
    }
}

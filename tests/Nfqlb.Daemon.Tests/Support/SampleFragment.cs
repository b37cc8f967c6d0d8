using Nfqlb.Packets;

namespace Nfqlb.Daemon.Tests.Support;

/// <summary>Fragments of 800 bytes of IPv4 packets that differ in their id.</summary>
internal static class SampleFragment
{
    public static Fragment Of(uint id, int offset, bool isLast) => new()
    {
        Key = new FragmentKey(default, default, IpProtocol.Udp, id),
        Offset = offset,
        Length = 800,
        PacketBytes = 820,
        IsLast = isLast,
    };
}

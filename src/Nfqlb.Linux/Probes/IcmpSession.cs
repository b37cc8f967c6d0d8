using Nfqlb.Checks;
using static Nfqlb.Linux.Interop.LibC;

namespace Nfqlb.Linux.Probes;

/// <summary>A ping is answered.</summary>
/// <remarks>Where net.ipv4.ping_group_range does not let this process ping, CAP_NET_RAW must.</remarks>
internal sealed class IcmpSession(TargetProbe probe, int key, TimeSpan began) : ProbeSession(probe, key, began)
{
    private const int MostHeaderBytes = 60;

    private readonly ulong _number = (ulong)Random.Shared.NextInt64();
    private bool _hasHeader;

    private bool IsIpv4 => Probe.Address.IsIpv4;

    public override bool Begin(out ProbeEnd end)
    {
        Events = EPOLLIN;
        int protocol = IsIpv4 ? IPPROTO_ICMP : IPPROTO_ICMPV6;
        int errno = Open(SOCK_DGRAM, protocol, port: 0);
        if (errno == EACCES && !IsOpen)
        {
            _hasHeader = IsIpv4;
            errno = Open(SOCK_RAW, protocol, port: 0);
        }
        if (errno is EPERM && !IsOpen)
        {
            end = new ProbeEnd(
                CheckOutcome.Inconclusive, "not allowed to ping: net.ipv4.ping_group_range or CAP_NET_RAW is needed");
            return false;
        }
        if (errno == 0)
        {
            Span<byte> request = stackalloc byte[IcmpEcho.Bytes];
            IcmpEcho.Write(request, IsIpv4, _number);
            errno = send(Socket, request, MSG_NOSIGNAL).Errno;
        }
        return errno == 0 ? Wait(out end) : Fail(errno, out end);
    }

    /// <remarks>A raw socket gets all there is of ICMP from this address.</remarks>
    public override bool GoOn(out ProbeEnd end)
    {
        Span<byte> buffer = stackalloc byte[MostHeaderBytes + IcmpEcho.Bytes];
        while (true)
        {
            var result = recv(Socket, buffer);
            if (result.Errno == EAGAIN)
            {
                return Wait(out end);
            }
            if (!result.IsSuccess)
            {
                return Fail(result.Errno, out end);
            }
            var message = buffer[..(int)result.Value];
            int header = _hasHeader && message.Length > 0 ? (message[0] & 0xf) * sizeof(uint) : 0;
            if (header <= message.Length && IcmpEcho.IsAnswer(message[header..], IsIpv4, _number))
            {
                return Pass(out end);
            }
        }
    }
}

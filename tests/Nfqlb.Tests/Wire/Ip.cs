namespace Nfqlb.Tests.Wire;

/// <summary>Where packets of the tests begin: `Ip.V4().Options(2).Tcp(1000, 80)`.</summary>
/// <remarks>From a client to a VIP unless said otherwise. Checksums stay 0: a balancer does not look at them.</remarks>
internal static class Ip
{
    public const string Client4 = "10.0.0.1";
    public const string Vip4 = "20.0.0.1";
    public const string Client6 = "1000::1";
    public const string Vip6 = "2000::1";

    public static Ipv4Builder V4(string source = Client4, string destination = Vip4) => new(source, destination);

    public static Ipv6Builder V6(string source = Client6, string destination = Vip6) => new(source, destination);

    /// <summary>From the VIP to the client: what an ICMP error about an answer carries.</summary>
    public static Ipv4Builder AnswerV4() => V4(Vip4, Client4);

    /// <summary>From the VIP to the client: what an ICMPv6 error about an answer carries.</summary>
    public static Ipv6Builder AnswerV6() => V6(Vip6, Client6);

    /// <summary>The packet with one byte that says something else.</summary>
    public static byte[] With(this byte[] packet, int offset, byte value)
    {
        byte[] changed = [.. packet];
        changed[offset] = value;
        return changed;
    }

    /// <summary>The first bytes of the packet.</summary>
    public static byte[] Cut(this byte[] packet, int length) => packet[..length];
}

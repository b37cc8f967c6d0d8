using System.Net;
using FsCheck;
using FsCheck.Fluent;
using Nfqlb.Packets;
using Nfqlb.Tests.Support;
using Nfqlb.Tests.Wire;

namespace Nfqlb.Tests.Packets;

/// <summary>What is built is what is parsed, for any header in any order.</summary>
public class PacketPropertyTests
{
    private static readonly IpProtocol[] WithPorts = [IpProtocol.Tcp, IpProtocol.Udp, IpProtocol.Sctp];
    private static readonly IpProtocol[] Extensions =
        [IpProtocol.HopByHop, IpProtocol.Routing, IpProtocol.DestinationOptions];

    /// <summary>A packet by what it should say of itself.</summary>
    /// <param name="IsIpv6">Else IPv4.</param>
    /// <param name="Source">4 or 16 bytes.</param>
    /// <param name="Destination">4 or 16 bytes.</param>
    /// <param name="Protocol">With ports.</param>
    /// <param name="SourcePort">Any.</param>
    /// <param name="DestinationPort">Any.</param>
    /// <param name="Lengths">Of IPv6 extension headers; their sum makes IPv4 options.</param>
    /// <param name="IsFirstFragment">Else whole.</param>
    /// <param name="FragmentId">Of a first fragment.</param>
    private sealed record Spec(
        bool IsIpv6, byte[] Source, byte[] Destination, IpProtocol Protocol, ushort SourcePort,
        ushort DestinationPort, int[] Lengths, bool IsFirstFragment, ushort FragmentId);

    [Fact]
    public void Parsing_undoes_building() => Seeded.ForAll(Specs(), spec =>
    {
        byte[] packet = Build(spec, isAnswer: false);
        int headers = spec.IsIpv6
            ? 40 + spec.Lengths.Sum(length => 8 + 8 * length) + (spec.IsFirstFragment ? 8 : 0)
            : 20 + 4 * Words(spec);
        var part = spec.IsFirstFragment ? FragmentPart.First : FragmentPart.Whole;

        string expected = Described.Line(PacketKind.Ports, KeyOf(spec), headers, part, spec.FragmentId);
        Assert.Equal(expected, Described.Parse(packet));
    }, count: 2_000);

    [Fact]
    public void An_error_about_an_answer_has_the_key_of_what_was_answered() => Seeded.ForAll(Specs(), spec =>
    {
        byte[] answer = Build(spec, isAnswer: true);
        byte[] error = spec.IsIpv6 ? Ip.V6("3000::1").IcmpError(1, answer) : Ip.V4("30.0.0.1").IcmpError(3, answer);

        Assert.Equal(Unparsable.None, Packet.TryParse(error, out var parsed));
        Assert.Equal(PacketKind.IcmpError, parsed.Kind);
        Assert.Equal(KeyOf(spec), parsed.Key);
    }, count: 2_000);

    private static Gen<Spec> Specs() =>
        from isIpv6 in Gen.Elements(true, false)
        from source in Bytes(isIpv6 ? 16 : 4)
        from destination in Bytes(isIpv6 ? 16 : 4)
        from protocol in Gen.Elements(WithPorts)
        from ports in Gen.Two(Gen.Choose(0, 65535))
        from lengths in Gen.ListOf(Gen.Choose(0, 3))
        from isFirstFragment in Gen.Elements(true, false)
        from id in Gen.Choose(0, 65535)
        select new Spec(
            isIpv6, source, destination, protocol, (ushort)ports.Item1, (ushort)ports.Item2,
            [.. lengths.Take(7)], isFirstFragment, (ushort)(isFirstFragment ? id : 0));

    private static Gen<byte[]> Bytes(int count) => Gen.ArrayOf(Gen.Choose(0, 255).Select(b => (byte)b), count);

    private static byte[] Build(Spec spec, bool isAnswer)
    {
        string from = new IPAddress(isAnswer ? spec.Destination : spec.Source).ToString();
        string to = new IPAddress(isAnswer ? spec.Source : spec.Destination).ToString();
        ushort fromPort = isAnswer ? spec.DestinationPort : spec.SourcePort;
        ushort toPort = isAnswer ? spec.SourcePort : spec.DestinationPort;
        byte[] payload = [.. Transport.Network(fromPort), .. Transport.Network(toPort)];
        if (!spec.IsIpv6)
        {
            var ipv4 = Ip.V4(from, to).Options(Words(spec)).Fragment(spec.FragmentId, 0, spec.IsFirstFragment);
            return ipv4.Carry(spec.Protocol, payload);
        }
        var ipv6 = Ip.V6(from, to);
        for (int i = 0; i < spec.Lengths.Length; i++)
        {
            ipv6.Extension(Extensions[i % Extensions.Length], (byte)spec.Lengths[i]);
        }
        if (spec.IsFirstFragment)
        {
            ipv6.Fragment(spec.FragmentId, 0, hasMore: true);
        }
        return ipv6.Carry(spec.Protocol, payload);
    }

    private static int Words(Spec spec) => Math.Min(10, spec.Lengths.Sum());

    private static PacketKey KeyOf(Spec spec) => new(
        AddressOf(spec.Source), AddressOf(spec.Destination), spec.Protocol, spec.SourcePort, spec.DestinationPort);

    private static Address AddressOf(byte[] bytes) =>
        Address.FromIpv6(bytes.Length == 16 ? bytes : [.. new byte[10], 0xff, 0xff, .. bytes]);
}

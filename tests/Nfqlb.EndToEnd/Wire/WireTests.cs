using System.Text;
using Nfqlb.EndToEnd.Lab;
using Nfqlb.EndToEnd.Model;
using Nfqlb.EndToEnd.Packets;

namespace Nfqlb.EndToEnd.Wire;

/// <summary>The packets of the tests' own making, judged by known values and by the kernel.</summary>
[BesideOthers]
public sealed class WireTests
{
    private const ushort Port = 9;

    [Fact]
    public void Check_sums_are_the_published_ones()
    {
        // RFC 1071, section 3: the sum is ddf2; RFC 3720, appendix B.4, and the usual check value of CRC-32C.
        byte[] example = [0x00, 0x01, 0xf2, 0x03, 0xf4, 0xf5, 0xf6, 0xf7];
        Assert.Equal("220d", Convert.ToHexStringLower(Checksum.Internet(example)));
        Assert.Equal("839206e3", Convert.ToHexStringLower(Checksum.Crc32C(Encoding.ASCII.GetBytes("123456789"))));
    }

    [Fact]
    public void Fragments_are_the_packet()
    {
        PacketTuple tuple = Tuples.WithPorts(isIPv6: true, PacketTuple.Udp, 1);
        byte[] segment = Segment.Of(tuple, Payload(3001));

        foreach (int pieces in Enumerable.Range(1, 9))
        {
            IReadOnlyList<byte[]> fragments = IpHeader.Of(tuple).Fragments(segment, 5, pieces);

            Assert.Equal(pieces, fragments.Count);
            Assert.Equal(segment, fragments.SelectMany(fragment => fragment[48..]));
            Assert.All(fragments.SkipLast(1), fragment => Assert.Equal(0, (fragment.Length - 48) % 8));
        }
    }

    [KernelFact]
    public void The_kernel_takes_every_packet_and_puts_every_fragment_together()
    {
        using var testbed = new Testbed(targetCount: 1);
        testbed.LetTargetsAnswer();
        NetworkNamespace target = testbed.Targets[0].Host;
        BackgroundProcess server = target.Start(Executables.Traffic, "serve", "--name=x", $"--port={Port}")
            .WaitForOutput("ready\n");
        PcapFile.Write(testbed.PathInSharedMemory("wire"), Tuples.Families.SelectMany(Packets));

        // Straight to the target: no balancer looks at them.
        testbed.Balancer.Host.Run(Executables.Traffic, "replay", "/dev/shm/wire", $"--dev={target.Name}",
            $"--mac={Testbed.TargetStation(0)}").MustSucceed();

        Dictionary<string, long> wanted = new()
        {
            ["Udp:InDatagrams"] = 2, ["Udp:InCsumErrors"] = 0, ["Ip:ReasmOKs"] = 1, ["Ip:InHdrErrors"] = 0,
            ["Tcp:InSegs"] = 2, ["Tcp:InCsumErrors"] = 0, // of both families
            ["Icmp:InEchos"] = 1, ["Icmp:InCsumErrors"] = 0,
            ["Udp6InDatagrams"] = 4, ["Udp6InCsumErrors"] = 0, ["Ip6ReasmOKs"] = 2, ["Ip6InHdrErrors"] = 0,
            ["Icmp6InEchos"] = 1, ["Icmp6InCsumErrors"] = 0,
        };
        Eventually.True(() => KernelCounters.Of(server) is var seen
            && wanted.All(counter => seen[counter.Key] >= counter.Value), "every packet counted");
        Assert.Equal(wanted.OrderBy(counter => counter.Key), KernelCounters.Of(server)
            .Where(counter => wanted.ContainsKey(counter.Key)).OrderBy(counter => counter.Key));
    }

    private static IEnumerable<byte[]> Packets(bool isIPv6)
    {
        PacketTuple udp = Tuples.WithPorts(isIPv6, PacketTuple.Udp, 1, Port);
        IpHeader plain = IpHeader.Of(udp);
        IpHeader[] headers = isIPv6 ? [plain, plain with { Extensions = Enum.GetValues<Extension>() }] : [plain];
        foreach ((int i, IpHeader header) in headers.Index())
        {
            yield return header.Carry(Segment.Of(udp, Payload(33)));
            foreach (byte[] fragment in header.Fragments(Segment.Of(udp, Payload(200)), (uint)i, 5).Reverse())
            {
                yield return fragment;
            }
        }
        PacketTuple tcp = Tuples.WithPorts(isIPv6, PacketTuple.Tcp, 1, Port);
        yield return IpHeader.Of(tcp).Carry(Segment.Of(tcp, Payload(33)));
        PacketTuple echo = Tuples.Echo(isIPv6, 1, 0x1234);
        yield return IpHeader.Of(echo).Carry(Segment.Of(echo, Payload(33)));
    }

    private static byte[] Payload(int length) => [.. Enumerable.Range(0, length).Select(i => (byte)(i * 7))];
}

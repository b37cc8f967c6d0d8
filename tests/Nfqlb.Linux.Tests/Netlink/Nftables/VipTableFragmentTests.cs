using System.Net;
using System.Net.Sockets;
using Nfqlb.Linux.Netlink.Nftables;
using static Nfqlb.Linux.Tests.Netlink.Nftables.Vips;

namespace Nfqlb.Linux.Tests.Netlink.Nftables;

/// <summary>With connection tracking at work, which puts fragments together before anybody else sees them.</summary>
public sealed class VipTableFragmentTests
{
    private const int FragmentsOfOnePacket = 3;

    [KernelFact]
    public void Without_conntrack_fragments_arrive_as_they_came() => PrivateNetwork.Run(() =>
    {
        using var client = new Client();
        PrivateNetwork.Command("nft", "-f -", """
            table inet theirs {
              chain input { type filter hook input priority 0; ct state new counter; }
            }
            """);
        using var table = VipTable.Open();
        var tracked = State("10.0.0.7/32 fd01::7/128");
        table.Set(tracked);

        client.SendLongPackets();
        Assert.Equal([1ul, 1ul], Taken(table));

        // The rules of the chain that counts stay as they are, and so do their counts.
        table.Set(tracked with { WithoutConntrack = true });
        client.SendLongPackets();
        Assert.Equal([1ul + FragmentsOfOnePacket, 1ul + FragmentsOfOnePacket], Taken(table));
    });

    private static IEnumerable<ulong> Taken(VipTable table) =>
        table.Read().Listing.Where(rule => rule is { Chain: "prerouting", Packets: not null })
            .Select(rule => rule.Packets!.Value);

    /// <summary>Sockets in a network of their own, a cable away; it lasts as long as they do.</summary>
    private sealed class Client : IDisposable
    {
        private Socket? _ipv4;
        private Socket? _ipv6;

        public Client()
        {
            string here = $"/proc/{new FileInfo("/proc/thread-self").LinkTarget}/ns/net";
            PrivateNetwork.Run(() =>
            {
                PrivateNetwork.Ip($"link add out type veth peer name in netns {here}");
                PrivateNetwork.Ip("link set out up");
                PrivateNetwork.Ip("address add 192.0.2.2/24 dev out");
                PrivateNetwork.Ip("address add fd00::2/64 dev out nodad");
                _ipv4 = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
                _ipv6 = new Socket(AddressFamily.InterNetworkV6, SocketType.Dgram, ProtocolType.Udp);
                PrivateNetwork.Ip("route add 10.0.0.0/8 via 192.0.2.1");
                PrivateNetwork.Ip("route add fd01::/16 via fd00::1");
                PrivateNetwork.Ip("neighbour add 192.0.2.1 lladdr 02:00:00:00:00:01 dev out");
                PrivateNetwork.Ip("neighbour add fd00::1 lladdr 02:00:00:00:00:01 dev out");
            });
            PrivateNetwork.Ip("link set in address 02:00:00:00:00:01 up");
        }

        /// <summary>One of each family, to 10.0.0.7 and fd01::7.</summary>
        public void SendLongPackets()
        {
            byte[] payload = new byte[4_000];
            _ipv4!.SendTo(payload, new IPEndPoint(IPAddress.Parse("10.0.0.7"), 9));
            _ipv6!.SendTo(payload, new IPEndPoint(IPAddress.Parse("fd01::7"), 9));
        }

        public void Dispose()
        {
            _ipv4?.Dispose();
            _ipv6?.Dispose();
        }
    }
}

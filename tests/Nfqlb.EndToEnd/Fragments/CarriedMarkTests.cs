using System.Text.RegularExpressions;
using Nfqlb.EndToEnd.Lab;
using Nfqlb.EndToEnd.Model;
using Nfqlb.EndToEnd.Packets;
using Xunit.Abstractions;

namespace Nfqlb.EndToEnd.Fragments;

/// <summary>With a mark mask, a fragment that was stored and came back has the bits of others that it came with.
/// </summary>
[Collection(SharedTestbed.Name)]
public sealed class CarriedMarkTests(SharedTestbed testbed, ITestOutputHelper output)
{
    private const int PacketsOfEachFamily = 20;

    private static readonly string[] Options =
    [
        RuleSet.LongQueues, $"--tun={SharedTestbed.Tun}", "--ft_frag=400", "--ft_ttl=10000", "--mark-mask=0xffff",
    ];

    private readonly Random _random = Seed.Random(output);

    [KernelFact]
    public void Fragments_that_come_back_have_the_bits_of_others_that_they_came_with()
    {
        var model = new BalancerModel { Pools = { ["lb-1"] = new PoolModel(997, 10).Activate(SharedTestbed.Marks) } };
        model.SetFlow(new FlowModel("all", "lb-1"));
        testbed.Run(model, Options, output, crossing =>
        {
            FragmentedPacket[] packets = FragmentedPacket.Some(_random, PacketsOfEachFamily, firstId: 9000);
            Arrival[] arrivals = ArrivalOrder.Reversed.By(_random, packets);
            NetworkNamespace host = crossing.Testbed.Balancer.Host;
            host.Shell(Rules("add") + """
                nft -f - <<end
                table inet others {
                    counter every { }
                    counter marked { }
                    chain before {
                        type filter hook prerouting priority -300;
                        iifname "client" meta mark set 0x40110000
                    }
                    chain after {
                        type filter hook forward priority 0;
                        ip daddr 203.0.113.0/24 counter name every
                        ip daddr 203.0.113.0/24 meta mark & 0xffff0000 == 0x40110000 counter name marked
                        ip6 daddr 2001:db8:99::/64 counter name every
                        ip6 daddr 2001:db8:99::/64 meta mark & 0xffff0000 == 0x40110000 counter name marked
                    }
                }
                end
                """);
            try
            {
                crossing.Check(
                    [.. arrivals.SelectMany(arrival => arrival.Packet.Predict(crossing.Model, [arrival.Piece]))],
                    returning: arrivals.EarlyPieces());
                Assert.Equal(arrivals.Length, Counted(host, "every"));
                Assert.Equal(arrivals.Length, Counted(host, "marked"));
            }
            finally
            {
                host.Shell("nft delete table inet others\n" + Rules("delete"));
            }
        });
    }

    /// <summary>The testbed's own look at whole marks.</summary>
    private static string Rules(string verb) => string.Concat(SharedTestbed.Marks.SelectMany(mark =>
        (string[])["-4", "-6"], (mark, family) => $"ip {family} rule {verb} fwmark {mark}/0xffff table {mark}\n"));

    private static int Counted(NetworkNamespace host, string counter)
    {
        string text = host.Shell($"nft list counter inet others {counter}").Stdout;
        return int.Parse(Regex.Match(text, "packets ([0-9]+)").Groups[1].Value);
    }
}

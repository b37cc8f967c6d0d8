using System.Net;
using Nfqlb.EndToEnd.Lab;
using Nfqlb.EndToEnd.Model;
using Xunit.Abstractions;

namespace Nfqlb.EndToEnd.Packets;

/// <summary>Real TCP and UDP sockets at both ends: the server that the model names holds each connection.</summary>
public sealed class ConnectionTests(ITestOutputHelper output)
{
    private const int Port = 8080, Connections = 250;

    [KernelFact]
    public void Each_connection_is_answered_by_the_predicted_server() => UndisturbedTestbed.Run(4, output, testbed =>
    {
        IReadOnlyList<int> marks = testbed.Marks;
        PoolModel pool = new PoolModel(997, 10).Activate(marks);
        testbed.Balancer.CreatePool("lb-1", 997, 10, marks);
        testbed.Balancer.StartFlowlb("0:3");
        testbed.Balancer.Nfqlb("flow-set", "--name=web", "--target=lb-1", "--protocols=tcp,udp", $"--dports={Port}")
            .MustSucceed();
        StartServers(testbed);

        foreach (string address in Testbed.VirtualAddresses)
        {
            (PacketTuple Packet, string Server)[] answers = [.. Ask(testbed, address)];

            Assert.Equal(2 * Connections, answers.Length); // over TCP and over UDP
            Assert.All(answers, answer => Assert.Equal(
                pool.MarkFor(FlowHash.Of(answer.Packet, HashMode.SctpPortsOnly)), MarkOf(testbed, answer.Server)));
            Assert.Equal(testbed.Targets.Count, answers.Select(answer => answer.Server).Distinct().Count());
        }
    });

    private static void StartServers(Testbed testbed)
    {
        testbed.LetTargetsAnswer();
        foreach (Target target in testbed.Targets)
        {
            target.Host.Start(Executables.Traffic, "serve", $"--name={target.Host.Name}", $"--port={Port}")
                .WaitForOutput("ready\n");
        }
    }

    private static int MarkOf(Testbed testbed, string server) =>
        testbed.Targets.Single(target => target.Host.Name == server).Mark;

    private static List<(PacketTuple Packet, string Server)> Ask(Testbed testbed, string address)
    {
        testbed.Client.Run(Executables.Traffic, "ask", $"--to={address}", $"--port={Port}",
            $"--connections={Connections}", "--map=/dev/shm/map").MustSucceed();
        return [.. File.ReadLines(testbed.PathInSharedMemory("map")).Select(line => ParseAnswer(line, address))];
    }

    // protocol local-address local-port server
    private static (PacketTuple Packet, string Server) ParseAnswer(string line, string address)
    {
        string[] fields = line.Split(' ');
        byte protocol = fields[0] == "tcp" ? PacketTuple.Tcp : PacketTuple.Udp;
        var packet = new PacketTuple(IPAddress.Parse(fields[1]), IPAddress.Parse(address), protocol,
            ushort.Parse(fields[2]), Port);
        return (packet, fields[3]);
    }
}

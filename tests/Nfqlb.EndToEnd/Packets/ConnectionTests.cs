using System.Net;
using Nfqlb.EndToEnd.Lab;
using Nfqlb.EndToEnd.Model;

namespace Nfqlb.EndToEnd.Packets;

/// <summary>Real TCP and UDP sockets at both ends: every connection is held by the server that the model names.</summary>
public sealed class ConnectionTests : IDisposable
{
    private const int Port = 8080, Connections = 250;

    private readonly Testbed _testbed = new(targetCount: 4);

    [KernelFact]
    public void Each_connection_is_answered_by_the_predicted_server()
    {
        IReadOnlyList<int> marks = _testbed.Marks;
        PoolModel pool = new PoolModel(997, 10).Activate(marks);
        _testbed.Balancer.CreatePool("lb-1", 997, 10, marks);
        _testbed.Balancer.StartFlowlb("0:3");
        _testbed.Balancer.Nfqlb("flow-set", "--name=web", "--target=lb-1", "--protocols=tcp,udp", $"--dports={Port}")
            .MustSucceed();
        StartServers();

        foreach (string address in Testbed.VirtualAddresses)
        {
            (PacketTuple Packet, string Server)[] answers = [.. Ask(address)];

            Assert.Equal(2 * Connections, answers.Length); // over TCP and over UDP
            Assert.All(answers, answer => Assert.Equal(
                pool.MarkFor(FlowHash.Of(answer.Packet, HashMode.SctpPortsOnly)), MarkOf(answer.Server)));
            Assert.Equal(_testbed.Targets.Count, answers.Select(answer => answer.Server).Distinct().Count());
        }
    }

    public void Dispose() => _testbed.Dispose();

    private void StartServers()
    {
        _testbed.LetTargetsAnswer();
        foreach (Target target in _testbed.Targets)
        {
            target.Host.Start(Executables.Traffic, "serve", $"--name={target.Host.Name}", $"--port={Port}")
                .WaitForOutput("ready\n");
        }
    }

    private int MarkOf(string server) => _testbed.Targets.Single(target => target.Host.Name == server).Mark;

    private List<(PacketTuple Packet, string Server)> Ask(string address)
    {
        string map = Path.GetTempFileName();
        try
        {
            _testbed.Client.Run(Executables.Traffic, "ask", $"--to={address}", $"--port={Port}",
                $"--connections={Connections}", $"--map={map}").MustSucceed();
            return [.. File.ReadLines(map).Select(line => ParseAnswer(line, address))];
        }
        finally
        {
            File.Delete(map);
        }
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

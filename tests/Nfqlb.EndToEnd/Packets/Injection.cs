using System.Net;
using System.Text.Json;
using Nfqlb.EndToEnd.Lab;
using Nfqlb.EndToEnd.Model;

namespace Nfqlb.EndToEnd.Packets;

/// <summary>Packets of many made-up flows, from addresses that nobody has, to one virtual address of each family.</summary>
/// <param name="Protocols">tcp, udp, both, or echo for ICMP echo requests.</param>
/// <param name="Ports">Destination ports: one, or first-last.</param>
/// <param name="FlowCount">How many different flows; they take turns.</param>
internal sealed record Injection(string Protocols, string Ports, int FlowCount)
{
    public string Destination4 { get; init; } = Testbed.VirtualAddresses[0];

    public string Destination6 { get; init; } = Testbed.VirtualAddresses[2];

    /// <summary>The flows by their indexes, as the tool itself lists them.</summary>
    public IReadOnlyList<PacketTuple> ListFlows(NetworkNamespace client) =>
        [.. client.Run([.. Words, "--list"]).MustSucceed().Stdout
            .Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(ParseFlow)];

    /// <summary>Sends so many packets at so many a second. Returns the rate that was reached.</summary>
    public double Send(NetworkNamespace client, int packets, int packetsPerSecond) =>
        CheckSummary(client.Run([.. Words, $"--count={packets}", $"--rate={packetsPerSecond}"]), packets);

    /// <summary>The same beside other work; <see cref="CheckSummary"/> looks at its end.</summary>
    public BackgroundProcess StartSending(NetworkNamespace client, int packets, int packetsPerSecond) =>
        client.Start([.. Words, $"--count={packets}", $"--rate={packetsPerSecond}"]);

    /// <summary>The rate that was reached, once it is sure that all packets have gone out.</summary>
    public static double CheckSummary(CommandResult sender, int packets)
    {
        JsonElement summary = JsonDocument.Parse(sender.MustSucceed().Stdout).RootElement;
        Assert.Equal((packets, 0), (summary.GetProperty("sent").GetInt32(), summary.GetProperty("errors").GetInt32()));
        return summary.GetProperty("rate").GetDouble();
    }

    private IReadOnlyList<string> Words =>
    [
        Executables.Traffic, "inject", "--family=both", $"--dst={Destination4}", $"--dst6={Destination6}",
        $"--src={Testbed.ClientNet4}", $"--src6={Testbed.ClientNet6}", $"--proto={Protocols}", $"--dport={Ports}",
        $"--flows={FlowCount}",
    ];

    // index protocol source source-port destination destination-port
    private static PacketTuple ParseFlow(string line)
    {
        string[] fields = line.Split(' ');
        IPAddress source = IPAddress.Parse(fields[2]), destination = IPAddress.Parse(fields[4]);
        ushort sourcePort = ushort.Parse(fields[3]), destinationPort = ushort.Parse(fields[5]);
        return fields[1] switch
        {
            "tcp" => new PacketTuple(source, destination, PacketTuple.Tcp, sourcePort, destinationPort),
            "udp" => new PacketTuple(source, destination, PacketTuple.Udp, sourcePort, destinationPort),
            "echo" => new PacketTuple(source, destination,
                Testbed.IsIPv6(fields[4]) ? PacketTuple.Icmp6 : PacketTuple.Icmp, EchoId: sourcePort),
            _ => throw new InvalidDataException($"unknown protocol: {line}"),
        };
    }
}

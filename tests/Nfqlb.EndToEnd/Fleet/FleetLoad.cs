using Nfqlb.EndToEnd.Lab;

namespace Nfqlb.EndToEnd.Fleet;

/// <summary>What clients ask while something happens to a fleet: over TCP connections that last, over such that are
/// opened for one question, by datagrams, and by datagrams in fragments; each half by IPv4, half by IPv6.</summary>
internal sealed class FleetLoad
{
    private const int MostSeconds = 120;

    private static readonly Kind[] Kinds =
    [
        new("tcp", 100, 1000),
        new("tcp", 20, 100, "--renew=1"),
        new("udp", 60, 800),
        new("udp", 20, 100, "--size=3000"),
    ];

    private readonly BackgroundProcess[] _asking;

    private FleetLoad(NetworkNamespace client) => _asking =
    [
        .. Kinds.Select(kind => client.Start(
            [
                Executables.Traffic, "ask", $"--to={FleetNetwork.Vip4},{FleetNetwork.Vip6}",
                $"--port={FleetNetwork.Port}", $"--proto={kind.Protocol}", $"--connections={kind.Connections}",
                $"--rate={kind.PerSecond}", $"--seconds={MostSeconds}", .. kind.Options,
            ])),
    ];

    /// <summary>How many datagrams a second there are.</summary>
    public static int DatagramsPerSecond => Kinds.Where(kind => kind.Protocol == "udp").Sum(kind => kind.PerSecond);

    /// <summary>Starts, and waits until each connection has had an answer.</summary>
    public static FleetLoad Start(NetworkNamespace client)
    {
        var load = new FleetLoad(client);
        Array.ForEach(load._asking, asking => asking.WaitForOutput("ready\n", FleetNetwork.Convergence));
        return load;
    }

    /// <summary>Asks no more, and waits for the last answers.</summary>
    public FleetOutcome End()
    {
        Array.ForEach(_asking, asking => asking.Signal(PosixSignalNumber.Terminate));
        return FleetOutcome.Of([.. _asking.Select(asking => asking.WaitForEnd().MustSucceed().Stdout)]);
    }

    /// <param name="Connections">Of each family.</param>
    private sealed record Kind(string Protocol, int Connections, int PerSecond, params string[] Options);
}

using Nfqlb.EndToEnd.Lab;

namespace Nfqlb.EndToEnd.Fleet;

/// <summary>A target of a fleet.</summary>
/// <param name="number">From 1 on.</param>
/// <param name="host">Where.</param>
internal sealed class FleetTarget(int number, NetworkNamespace host)
{
    private const int FirstMark = 101, FirstAddress = 101;

    public NetworkNamespace Host => host;

    /// <summary>The last part of its addresses.</summary>
    public int Address => FirstAddress + number - 1;

    /// <summary>What answers with its name.</summary>
    public BackgroundProcess Server { get; private set; } = null!;

    /// <summary>What a cut link keeps from it, it finds out later: that clients have ended their connections.</summary>
    public void StartServer() => Server = host
        .Start(
            Executables.Traffic, "serve", $"--name={host.Name}", $"--port={FleetNetwork.Port}", "--seconds=3600",
            "--keepalive=5")
        .WaitForOutput("ready\n", FleetNetwork.Convergence);

    /// <summary>As a document has it.</summary>
    public string Line(int weight) => $"{{name: {host.Name}, slot: {number - 1}, mark: {FirstMark + number - 1}, "
        + $"via: [10.2.0.{Address}, \"fd00:2::{Address}\"], weight: {weight}}}";
}

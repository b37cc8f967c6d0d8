using Nfqlb.PathBench.Lab;

namespace Nfqlb.PathBench;

/// <summary>What the balancers have to do.</summary>
/// <param name="Flows">Classification rules, a virtual IP each; traffic goes to all of them in turn.</param>
/// <param name="Targets">Targets of the one pool.</param>
/// <param name="Layout">How their marks are routed.</param>
/// <param name="Queues">Queues, and threads of the balancer.</param>
/// <param name="Traffic">What comes.</param>
/// <param name="Place">Where these threads may run.</param>
/// <param name="Senders">Clients, each on a core of its own, which then takes in what it sent: with one for each core
/// nothing is left over for a queue.</param>
/// <param name="Drain">Whether connections stay with their targets.</param>
internal sealed record Scenario(
    int Flows, int Targets, MarkLayout Layout = MarkLayout.Flat, int Queues = 1, Traffic Traffic = Traffic.Small,
    WorkerPlace Place = WorkerPlace.Apart, int Senders = 1, Drain Drain = Drain.Unasked)
{
    /// <summary>The first virtual IP; one follows the other. Shared address space (RFC 6598).</summary>
    public const string FirstVirtualIp = "100.64.0.0";

    /// <summary>All of them.</summary>
    public const string VirtualIps = "100.64.0.0/10";

    /// <summary>The port of all flows.</summary>
    public const int Port = 5000;

    /// <summary>The virtual IP of a flow.</summary>
    public static string VirtualIp(int flow) => $"100.64.{flow / 256}.{flow % 256}";

    /// <summary>The balancer has a core that nobody else uses.</summary>
    public bool HasOwnCore => Queues == 1 && Place == WorkerPlace.Apart && Senders == 1;

    /// <summary>For people.</summary>
    public override string ToString() =>
        $"{Count(Flows, "flow")}, {Count(Targets, "target")}"
        + (Targets == Plan.Base.Targets && Layout == Plan.Base.Layout
            ? "" : $" ({Layout.ToString().ToLowerInvariant()} rules)")
        + (Queues > 1 ? $", {Queues} queues" : "")
        + Traffic switch
        {
            Traffic.Bulk => ", bulk UDP",
            Traffic.BulkTogether => ", bulk UDP put together",
            _ => "",
        }
        + Place switch
        {
            WorkerPlace.Anywhere => ", on any core",
            WorkerPlace.Receiving => ", on the receiving core",
            _ => "",
        }
        + (Senders > 1 ? ", all cores sending" : "")
        + Drain switch
        {
            Drain.Off => ", no drain",
            Drain.Idle => ", nothing drains",
            Drain.Running => ", one of them drains",
            _ => "",
        };

    private static string Count(int number, string noun) => $"{number:N0} {noun}{(number == 1 ? "" : "s")}";
}

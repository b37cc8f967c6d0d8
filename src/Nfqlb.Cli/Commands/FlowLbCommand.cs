using System.Net.Sockets;
using Nfqlb.Cli.CommandLine;
using Nfqlb.Cli.Control;
using Nfqlb.Daemon.Hosting;
using Nfqlb.Daemon.Settings;
using Nfqlb.Flows;

namespace Nfqlb.Cli.Commands;

/// <summary>Balances the packets of some queues, in the foreground, until it is told to stop.</summary>
internal sealed class FlowLbCommand : Command
{
    /// <summary>Where flows are kept.</summary>
    public static readonly Option State = new("state", "Directory that keeps the flows")
    {
        Default = "none",
        Values = ValueSet.Directories,
    };

    /// <summary>Goes on with what another balancer has.</summary>
    public static readonly Option Takeover =
        new("takeover", "Go on with the queues, flows and counters of the balancer that runs") { IsSwitch = true };

    /// <summary>Where it can be watched.</summary>
    public static readonly Option Http =
        new("http", "Show metrics and health over HTTP. ADDR:PORT, [ADDR6]:PORT or unix:/PATH");

    public override string Name => "flowlb";

    public override string Usage => """
        flowlb [options]
          Load-balance packets of some queues by flows, in the foreground
        """;

    public override string[] Examples =>
    [
        "nfqlb flowlb --queue=0:3",
        "nfqlb flowlb --queue=0:3 --state=/var/lib/nfqlb --http=127.0.0.1:9100",
        "nfqlb flowlb --queue=0:3 --takeover   # goes on with what another one does, which ends",
    ];

    public override Option[] Options =>
        [.. BalancerOptions.All, State, Takeover, Http, FastPathOptions.Links, FastPathOptions.Vips];

    protected override int Run(Arguments arguments)
    {
        var settings = BalancerOptions.Read(arguments) with { FastPath = FastPathOptions.Read(arguments) };
        var service = new ServiceSettings
        {
            Control = ControlSocket.Address,
            Trust = ControlSocket.Trust,
            Journal = arguments.Text(State),
            Handover = arguments.Has(Takeover),
            Http = arguments.Text(Http) is { } http ? ReadHttp(http) : null,
        };
        return BalancerOptions.Run(settings, () => FlowBalancer.Run(settings, service));
    }

    private static HttpAddress ReadHttp(string text) => HttpAddress.TryParse(text, out var address)
        ? address
        : throw UsageException.BadValue($"--{Http.Name}", text, HttpAddress.Form);
}

using Nfqlb.Cli.CommandLine;
using Nfqlb.Cli.Control;
using Nfqlb.Daemon.Settings;

namespace Nfqlb.Cli.Commands;

/// <summary>What the balancers with a control socket share.</summary>
internal static class ServiceOptions
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

    /// <summary>How many series there may be.</summary>
    public static readonly Option MetricFlows =
        new("metrics-flows", "How many flows have packet counts of their own among the metrics")
        {
            Default = $"{ServiceSettings.DefaultMetricFlows}",
        };

    /// <summary>All of them, in the order of the usage.</summary>
    public static readonly Option[] All =
        [State, Takeover, Http, MetricFlows, FastPathOptions.Links, FastPathOptions.Vips, FastPathOptions.Exit];

    /// <summary>Checks what was typed.</summary>
    /// <exception cref="UsageException">A value is bad.</exception>
    public static ServiceSettings Read(Arguments arguments) => new()
    {
        Control = ControlSocket.Address,
        Trust = ControlSocket.Trust,
        Journal = arguments.Text(State),
        Handover = arguments.Has(Takeover),
        Store = StoreName.Value,
        MetricFlows = arguments.Number(MetricFlows, ServiceSettings.DefaultMetricFlows, 0, int.MaxValue),
        Http = arguments.Text(Http) is { } http ? ReadHttp(http) : null,
    };

    private static HttpAddress ReadHttp(string text) => HttpAddress.TryParse(text, out var address)
        ? address
        : throw UsageException.BadValue($"--{Http.Name}", text, HttpAddress.Form);
}

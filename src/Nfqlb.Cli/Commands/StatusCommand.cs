using Nfqlb.Cli.Apply;
using Nfqlb.Cli.CommandLine;
using Nfqlb.Cli.Health;
using Nfqlb.Linux.Netlink.Routing;
using Nfqlb.Planning.Status;

namespace Nfqlb.Cli.Commands;

/// <summary>Says whether this balancer works.</summary>
internal sealed class StatusCommand : Command
{
    private static readonly Option Form = Listing.Output(Listing.Text, Listing.Json, Listing.Yaml);

    public override string Name => "status";

    public override string Usage => $"""
        status [--output=]
          Say whether this balancer works, what is wrong, and what mends it.
          Ends with {ExitCode.Unhealthy} where something is bad.
        """;

    public override string[] Examples => ["nfqlb status", "nfqlb status --output=json"];

    public override Option[] Options => [Form, Listing.JsonSwitch];

    protected override int Run(Arguments arguments)
    {
        string form = Listing.Form(arguments, Form);
        using var socket = RoutingSocket.Open();
        var report = new HealthReport(HealthCheck.Of(ThisHost.Observer.Look(), socket.LookUp));
        Listing.Print(form, report.ToJson, report.Lines);
        return report.IsFine ? ExitCode.Fine : ExitCode.Unhealthy;
    }
}

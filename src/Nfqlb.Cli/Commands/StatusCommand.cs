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

    private static readonly Option Watch = new("watch", "Look again each so many seconds, 1 where none are given")
    {
        Implied = "1",
    };

    private const int MostSeconds = 3600;

    public override string Name => "status";

    public override string Usage => $"""
        status [--output=] [--watch]
          Say whether this balancer works, what is wrong, and what mends it.
          Ends with {ExitCode.Unhealthy} where something is bad.
        """;

    public override string[] Examples => ["nfqlb status", "nfqlb status --output=json", "nfqlb status --watch=5"];

    public override Option[] Options => [Form, Listing.JsonSwitch, Watch];

    protected override int Run(Arguments arguments)
    {
        string form = Listing.Form(arguments, Form);
        using var socket = RoutingSocket.Open();
        HealthReport Look() => new(HealthCheck.Of(ThisHost.Observer.Look(), socket.LookUp));
        if (arguments.Has(Watch))
        {
            int seconds = arguments.Number(Watch, 1, 1, MostSeconds);
            new StatusWatch(Look, form, TimeSpan.FromSeconds(seconds)).Run();
            return ExitCode.Fine;
        }
        var report = Look();
        Listing.Print(form, report.ToJson, report.Lines);
        return report.IsFine ? ExitCode.Fine : ExitCode.Unhealthy;
    }
}

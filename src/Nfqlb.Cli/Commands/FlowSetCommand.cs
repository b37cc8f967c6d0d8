using Nfqlb.Cli.CommandLine;
using Nfqlb.Cli.Control;

namespace Nfqlb.Cli.Commands;

/// <summary>Adds or redefines a flow of the running balancer.</summary>
internal sealed class FlowSetCommand : Command
{
    private static readonly Option FlowName = new("name", "Name of the flow") { IsRequired = true };
    private static readonly Option Target = new("target", "Name of SHM for the load-balancer") { IsRequired = true };
    private static readonly Option Priority = new("prio", "Priority. 0 has lowest precedence (default)");
    private static readonly Option Protocols = new("protocols", "Protocols. tcp, udp, sctp");
    private static readonly Option Destinations = new("dsts", "Destination CIDRs");
    private static readonly Option Sources = new("srcs", "Source CIDRs");
    private static readonly Option DestinationPorts = new("dports", "Destination port ranges");
    private static readonly Option SourcePorts = new("sports", "Source port ranges");
    private static readonly Option Match = new("match", "Bit-match statements");
    private static readonly Option UdpEncapsulation = new("udpencap", "UDP encapsulation port for SCTP");

    public override string Name => "flow-set";

    public override string Usage => """
        flow-set [options]
          Set a flow. An un-defined value means match-all.
          Use comma separated lists for multiple items (no spaces)
        """;

    public override Option[] Options =>
    [
        FlowName, Target, Priority, Protocols, Destinations, Sources, DestinationPorts, SourcePorts, Match,
        UdpEncapsulation,
    ];

    protected override int Run(Arguments arguments)
    {
        string? protocols = arguments.Text(Protocols);
        if (arguments.Has(UdpEncapsulation) && protocols is null)
        {
            throw new UsageException("udpencap specified without protocols");
        }
        if (arguments.Has(UdpEncapsulation) && !protocols!.Contains("sctp", StringComparison.OrdinalIgnoreCase))
        {
            throw new UsageException("udpencap specified without sctp");
        }
        if ((arguments.Has(DestinationPorts) || arguments.Has(SourcePorts)) && protocols is null)
        {
            throw new UsageException("ports specified without protocols");
        }
        return ControlClient.Change(new ControlRequest
        {
            Action = "set",
            Flow =
            {
                Name = arguments.Line(FlowName),
                Target = arguments.Line(Target),
                Priority = arguments.Line(Priority),
                Protocols = arguments.Line(Protocols),
                Destinations = arguments.Line(Destinations),
                Sources = arguments.Line(Sources),
                DestinationPorts = arguments.Line(DestinationPorts),
                SourcePorts = arguments.Line(SourcePorts),
                Match = arguments.Line(Match),
                UdpEncapsulation = arguments.Line(UdpEncapsulation),
            },
        });
    }
}

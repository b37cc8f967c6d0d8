using Nfqlb.Cli.CommandLine;
using Nfqlb.Cli.Control;

namespace Nfqlb.Cli.Commands;

/// <summary>Adds or redefines a flow that selects packets of the running balancer for tracing.</summary>
internal sealed class TraceFlowSetCommand : Command
{
    private static readonly Option FlowName = new("name", "Name of the flow") { IsRequired = true };
    private static readonly Option Protocols = new("protocols", "Protocols. tcp, udp, sctp");
    private static readonly Option Destinations = new("dsts", "Destination CIDRs");
    private static readonly Option Sources = new("srcs", "Source CIDRs");
    private static readonly Option DestinationPorts = new("dports", "Destination port ranges");
    private static readonly Option SourcePorts = new("sports", "Source port ranges");
    private static readonly Option Match = new("match", "Bit-match statements");

    public override string Name => "trace-flow-set";

    public override string Usage => """
        trace-flow-set [options]
          Set a flow that selects packets for trace and capture. An un-defined value means match-all.
          Use comma separated lists for multiple items (no spaces)
        """;

    public override Option[] Options =>
        [FlowName, Protocols, Destinations, Sources, DestinationPorts, SourcePorts, Match];

    protected override int Run(Arguments arguments)
    {
        bool hasPorts = arguments.Has(DestinationPorts) || arguments.Has(SourcePorts);
        if (hasPorts && !arguments.Has(Protocols))
        {
            throw new UsageException("ports specified without protocols");
        }
        return ControlClient.Change(new ControlRequest
        {
            Action = "trace-set",
            Flow =
            {
                Name = arguments.Line(FlowName),
                Protocols = arguments.Line(Protocols),
                Destinations = arguments.Line(Destinations),
                Sources = arguments.Line(Sources),
                DestinationPorts = arguments.Line(DestinationPorts),
                SourcePorts = arguments.Line(SourcePorts),
                Match = arguments.Line(Match),
            },
        });
    }
}

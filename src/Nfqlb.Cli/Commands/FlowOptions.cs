using Nfqlb.Cli.CommandLine;
using Nfqlb.Flows;

namespace Nfqlb.Cli.Commands;

/// <summary>The conditions of a flow, whatever it is for.</summary>
internal static class FlowOptions
{
    public static readonly Option Name = new("name", "Name of the flow") { IsRequired = true };
    public static readonly Option Protocols = new("protocols", "Protocols. tcp, udp, sctp");
    public static readonly Option Destinations = new("dsts", "Destination CIDRs");
    public static readonly Option Sources = new("srcs", "Source CIDRs");
    public static readonly Option DestinationPorts = new("dports", "Destination port ranges");
    public static readonly Option SourcePorts = new("sports", "Source port ranges");
    public static readonly Option Match = new("match", "Bit-match statements");

    /// <summary>The name of a flow that is there, or not.</summary>
    /// <exception cref="UsageException">It is none.</exception>
    public static FlowName ReadName(Arguments arguments)
    {
        string text = arguments.Text(Name)!;
        return FlowName.TryParse(text, out var name, out string reason)
            ? name
            : throw UsageException.BadValue("--name", text, reason);
    }

    /// <summary>The name and the conditions as they were typed; the balancer reads what is in them.</summary>
    /// <exception cref="UsageException">Ports without protocols.</exception>
    public static FlowText Read(Arguments arguments)
    {
        bool hasPorts = arguments.Has(DestinationPorts) || arguments.Has(SourcePorts);
        if (hasPorts && !arguments.Has(Protocols))
        {
            throw new UsageException("ports specified without protocols");
        }
        return new FlowText
        {
            Name = arguments.Line(Name),
            Protocols = arguments.Line(Protocols),
            Destinations = arguments.Line(Destinations),
            Sources = arguments.Line(Sources),
            DestinationPorts = arguments.Line(DestinationPorts),
            SourcePorts = arguments.Line(SourcePorts),
            Match = arguments.Line(Match),
        };
    }
}

using Nfqlb.Cli.CommandLine;
using Nfqlb.Cli.Control;
using Nfqlb.Control;

namespace Nfqlb.Cli.Commands;

/// <summary>Adds or redefines a flow of the running balancer.</summary>
internal sealed class FlowSetCommand : Command
{
    private static readonly Option Target = new("target", "Name of SHM for the load-balancer")
    {
        IsRequired = true,
        Values = ValueSet.Pools,
    };
    private static readonly Option Priority = new("prio", "Priority. 0 has lowest precedence (default)");
    private static readonly Option UdpEncapsulation = new("udpencap", "UDP encapsulation port for SCTP");

    public override string Name => "flow-set";

    public override string Usage => """
        flow-set [options]
          Set a flow. An un-defined value means match-all.
          Use comma separated lists for multiple items (no spaces)
        """;

    public override string[] Examples =>
    [
        "nfqlb flow-set --name=http --target=web --protocols=tcp --dsts=203.0.113.10/32 --dports=80,8000-8080",
        "nfqlb flow-set --name=rest --target=web --prio=1 --dsts=203.0.113.0/24,2001:db8::/64 --hash=src",
    ];

    public override Option[] Options =>
    [
        FlowOptions.Name, Target, Priority, FlowOptions.Protocols, FlowOptions.Destinations, FlowOptions.Sources,
        FlowOptions.DestinationPorts, FlowOptions.SourcePorts, FlowOptions.Match, UdpEncapsulation,
        HashOptions.Fields, HashOptions.Symmetric,
    ];

    protected override int Run(Arguments arguments)
    {
        string? protocols = arguments.Text(FlowOptions.Protocols);
        if (arguments.Has(UdpEncapsulation) && protocols is null)
        {
            throw new UsageException("udpencap specified without protocols");
        }
        if (arguments.Has(UdpEncapsulation) && !protocols!.Contains("sctp", StringComparison.OrdinalIgnoreCase))
        {
            throw new UsageException("udpencap specified without sctp");
        }
        var flow = FlowOptions.Read(arguments);
        flow.Target = arguments.Line(Target);
        flow.Priority = arguments.Line(Priority);
        flow.UdpEncapsulation = arguments.Line(UdpEncapsulation);
        flow.Hash = HashOptions.Read(arguments) is { IsDefault: false } rule ? $"{rule}" : null;
        return ControlSocket.Change(new ControlRequest { Action = "set", Flow = flow });
    }
}

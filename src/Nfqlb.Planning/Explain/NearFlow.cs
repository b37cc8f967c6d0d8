using Nfqlb.Flows;

namespace Nfqlb.Planning.Explain;

/// <summary>A flow that would accept a packet but for one thing.</summary>
/// <param name="Flow">The flow.</param>
/// <param name="FailedBy">The one condition; none where it accepts, and another flow goes first.</param>
public sealed record NearFlow(Flow Flow, FlowConditions FailedBy)
{
    /// <summary>The condition as `flow-set` names it; null for none.</summary>
    public string? Condition => FailedBy switch
    {
        FlowConditions.Protocol => "protocols",
        FlowConditions.Destination => "dsts",
        FlowConditions.Source => "srcs",
        FlowConditions.DestinationPort => "dports",
        FlowConditions.SourcePort => "sports",
        FlowConditions.Bytes => "match",
        _ => null,
    };

    /// <summary>In a line.</summary>
    public override string ToString() => Condition is null
        ? $"{Flow.Name} accepts it too, and goes behind"
        : $"{Flow.Name} nearly: not by its {Condition} {Value}";

    private string? Value
    {
        get
        {
            var text = FlowText.Of(Flow);
            return FailedBy switch
            {
                FlowConditions.Protocol => text.Protocols,
                FlowConditions.Destination => text.Destinations,
                FlowConditions.Source => text.Sources,
                FlowConditions.DestinationPort => text.DestinationPorts,
                FlowConditions.SourcePort => text.SourcePorts,
                _ => text.Match,
            };
        }
    }
}

using Nfqlb.Flows;

namespace Nfqlb.Planning.Plans;

/// <summary>A flow and its place among those of its priority.</summary>
/// <param name="Flow">The flow.</param>
/// <param name="Next">The one behind it; null when it is the last.</param>
public sealed record PlacedFlow(Flow Flow, FlowName? Next);

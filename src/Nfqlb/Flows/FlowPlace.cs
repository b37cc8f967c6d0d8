namespace Nfqlb.Flows;

/// <summary>Where a flow goes among those of its priority.</summary>
/// <param name="Next">The flow that it goes before; null, or one that is not there, for behind all of them.</param>
public sealed record FlowPlace(FlowName? Next);

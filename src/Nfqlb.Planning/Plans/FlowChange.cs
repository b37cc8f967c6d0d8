using Nfqlb.Flows;

namespace Nfqlb.Planning.Plans;

/// <summary>A flow comes, goes, becomes another, or stands elsewhere.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Before">Null where none was.</param>
/// <param name="After">Null where none shall be.</param>
public sealed record FlowChange(FlowName Name, PlacedFlow? Before, PlacedFlow? After) : Change
{
    /// <summary>It does not stay where it is, or where a new one comes to stand: behind all of its
    /// priority.</summary>
    public bool IsMove => After is not null && (Before is null
        ? After.Next is not null
        : (Before.Flow.Priority, Before.Next) != (After.Flow.Priority, After.Next));

    /// <summary>The one thing that a flow cannot change while it is there.</summary>
    public bool IsReplacement => Before is not null && After is not null
        && Before.Flow.UdpEncapsulationPort != After.Flow.UdpEncapsulationPort;

    /// <inheritdoc/>
    public override Stage Stage => After is null ? Stage.DeleteFlows : Stage.SetFlows;

    /// <inheritdoc/>
    public override object Subject => Name;

    /// <inheritdoc/>
    public override Change Inverse => new FlowChange(Name, After, Before);

    /// <inheritdoc/>
    public override IEnumerable<string> Lines => (Before, After) switch
    {
        (null, _) => [$"+ flow {Name}"],
        (_, null) => [$"- flow {Name}"],
        _ when IsReplacement => [$"- flow {Name}", $"+ flow {Name}"],
        _ => [$"~ flow {Name}"],
    };
}

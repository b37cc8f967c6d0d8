using Nfqlb.Planning.Model;

namespace Nfqlb.Planning.Plans;

/// <summary>A link begins or ceases to do something that it can do.</summary>
/// <param name="Key">What, and which link.</param>
/// <param name="IsOn">It begins; else it ceases.</param>
public sealed record FeatureChange(LinkFeatureKey Key, bool IsOn) : Change
{
    /// <inheritdoc/>
    public override Stage Stage => Stage.Features;

    /// <inheritdoc/>
    public override object Subject => Key;

    /// <inheritdoc/>
    public override Change Inverse => new FeatureChange(Key, !IsOn);

    /// <inheritdoc/>
    public override IEnumerable<string> Lines => [$"~ link {Key.Link}: {Key.Name} {(IsOn ? "on" : "off")}"];
}

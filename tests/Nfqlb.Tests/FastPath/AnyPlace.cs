using Nfqlb.FastPath;
using Nfqlb.Flows;
using Nfqlb.Maglev;

namespace Nfqlb.Tests.FastPath;

/// <summary>Room for everything, unless it is refused.</summary>
internal sealed class AnyPlace : IFastPathPlaces
{
    /// <summary>Whether there is room for a counter.</summary>
    public Predicate<int> HasRoomFor { get; init; } = _ => true;

    public int? PlaceOf(TargetPool pool) => 0;

    public int? PlaceOf(FlowCounter counter) => HasRoomFor(counter.Number) ? counter.Number : null;
}

using Nfqlb.Flows;
using Nfqlb.Maglev;

namespace Nfqlb.FastPath;

/// <summary>Where the kernel's maps have room for what flows refer to.</summary>
public interface IFastPathPlaces
{
    /// <summary>Which pool this is in the kernel; null where it cannot be there.</summary>
    int? PlaceOf(TargetPool pool);

    /// <summary>Which count is the flow's; null where there is none left.</summary>
    int? PlaceOf(FlowCounter counter);
}

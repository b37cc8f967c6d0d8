using Nfqlb.Routing;

namespace Nfqlb.FastPath;

/// <summary>Whose exit it is: that of the packets of a family that carry a mark.</summary>
/// <param name="Family">Of the packets.</param>
/// <param name="Mark">The target's.</param>
public readonly record struct ExitKey(IpFamily Family, int Mark);

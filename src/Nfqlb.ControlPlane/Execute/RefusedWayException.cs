using Nfqlb.Packets;
using Nfqlb.Planning.Model;

namespace Nfqlb.ControlPlane.Execute;

/// <summary>Next hops that nothing leads to. Nothing was changed.</summary>
/// <param name="message">All of them, a line each.</param>
/// <param name="gateways">The same as addresses.</param>
public sealed class RefusedWayException(string message, IReadOnlySet<Address> gateways) : InvalidStateException(message)
{
    /// <summary>The next hops.</summary>
    public IReadOnlySet<Address> Gateways { get; } = gateways;
}

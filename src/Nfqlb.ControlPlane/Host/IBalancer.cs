using Nfqlb.Planning.Objects;

namespace Nfqlb.ControlPlane.Host;

/// <summary>The running balancer, asked how it does.</summary>
public interface IBalancer
{
    /// <summary>Where it is asked, for messages.</summary>
    string Address { get; }

    /// <summary>How it does, by its own account; null when nobody listens there.</summary>
    /// <exception cref="BalancerException">Somebody listens, but does not answer in time, or is not trusted, or is no
    /// balancer.</exception>
    BalancerState? Look();
}

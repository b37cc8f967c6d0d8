namespace Nfqlb.ControlPlane.Host;

/// <summary>The balancer could not be asked.</summary>
/// <param name="message">Why, in a line.</param>
/// <param name="cause">What failed.</param>
public sealed class BalancerException(string message, Exception? cause = null) : Exception(message, cause);

namespace Nfqlb.Control;

/// <summary>The balancer cannot be asked: nobody listens, nobody answers, what answers makes no sense, or it is not
/// trusted.</summary>
/// <param name="message">For people; one line.</param>
/// <param name="cause">What failed, where something did.</param>
public sealed class ControlException(string message, Exception? cause = null) : Exception(message, cause);

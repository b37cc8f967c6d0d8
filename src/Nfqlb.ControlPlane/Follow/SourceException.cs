namespace Nfqlb.ControlPlane.Follow;

/// <summary>What is asked for cannot be read.</summary>
/// <param name="message">`FILE: REASON`, in a line.</param>
/// <param name="cause">What failed.</param>
public sealed class SourceException(string message, Exception? cause = null) : Exception(message, cause);

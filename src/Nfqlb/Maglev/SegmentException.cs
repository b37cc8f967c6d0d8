namespace Nfqlb.Maglev;

/// <summary>A segment cannot be used: its bytes are not what this version looks for, it is another user's, or another
/// process does not let go of it.</summary>
/// <param name="message">What is wrong with it, without the segment's name.</param>
public sealed class SegmentException(string message) : Exception(message);

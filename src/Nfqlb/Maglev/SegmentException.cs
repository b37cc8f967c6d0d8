namespace Nfqlb.Maglev;

/// <summary>The bytes of a segment are not a pool that this version can use.</summary>
/// <param name="message">What is wrong with them, without the segment's name.</param>
public sealed class SegmentException(string message) : Exception(message);

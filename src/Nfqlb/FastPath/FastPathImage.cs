namespace Nfqlb.FastPath;

/// <summary>The flows in force as the program in the kernel reads them.</summary>
/// <param name="Words">From the begin of a side; what lies behind means nothing. Valid until the compiler works
/// again.</param>
/// <param name="Destinations">How many prefixes of destinations are known.</param>
/// <param name="LeftOut">How many virtual IPs are not: there was no room, or too much to look at. All their packets are
/// left to the queue.</param>
public sealed record FastPathImage(ReadOnlyMemory<uint> Words, int Destinations, int LeftOut);

using Nfqlb.Packets;
using Nfqlb.Routing;

namespace Nfqlb.FastPath;

/// <summary>Where packets of a target leave this host, whatever else they say: one next hop on one link.</summary>
/// <param name="Link">An Ethernet link.</param>
/// <param name="Hop">The router, or the target; of the packets' family.</param>
/// <param name="MtuBytes">The longest IP packet that the link takes.</param>
public readonly record struct Exit(LinkIndex Link, Address Hop, int MtuBytes);

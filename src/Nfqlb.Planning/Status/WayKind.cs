using Nfqlb.Flows;
using Nfqlb.Packets;

namespace Nfqlb.Planning.Status;

/// <summary>What rules, routes and filters can see of a packet: those that are equal go the same way, but for their
/// marks.</summary>
/// <param name="IsIpv4">The family.</param>
/// <param name="IsQueued">Our table queues it.</param>
/// <param name="To">The narrowest block of theirs that holds the destination; null for none.</param>
/// <param name="From">The narrowest one that holds the source; null for none.</param>
/// <param name="Protocol">Null where nothing looks at it.</param>
/// <param name="SourcePort">Between which ports it lies that rules begin and end with; -1 for none.</param>
/// <param name="DestinationPort">The same.</param>
internal readonly record struct WayKind(
    bool IsIpv4, bool IsQueued, Cidr? To, Cidr? From, IpProtocol? Protocol, int SourcePort, int DestinationPort);

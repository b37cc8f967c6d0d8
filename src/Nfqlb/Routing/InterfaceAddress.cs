using Nfqlb.Packets;

namespace Nfqlb.Routing;

/// <summary>An address of this host: what `ip address` lists.</summary>
/// <param name="Address">The address itself.</param>
/// <param name="PrefixLength">As its family counts it: how many bits the hosts on the link share.</param>
/// <param name="Link">The link it is on.</param>
public sealed record InterfaceAddress(Address Address, int PrefixLength, LinkIndex Link);

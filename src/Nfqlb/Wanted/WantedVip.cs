using Nfqlb.Flows;

namespace Nfqlb.Wanted;

/// <summary>Virtual addresses as they are asked for.</summary>
/// <param name="Prefix">One address or a block.</param>
/// <param name="EgressTable">The table by which packets from these addresses leave; null to leave that alone.</param>
public sealed record WantedVip(Cidr Prefix, uint? EgressTable = null);

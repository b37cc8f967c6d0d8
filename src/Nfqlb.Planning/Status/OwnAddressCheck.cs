using Nfqlb.Flows;
using Nfqlb.Packets;
using Nfqlb.Planning.Objects;

namespace Nfqlb.Planning.Status;

/// <summary>Is an address of this host among those of a block of virtual addresses? A block for all, or one that
/// begins with it, is another matter.</summary>
public static class OwnAddressCheck
{
    /// <param name="flows">Those in force.</param>
    /// <param name="network">The addresses of this host.</param>
    public static IEnumerable<Finding> Findings(IReadOnlyList<Flow> flows, NetworkState network)
    {
        var told = new HashSet<Address>();
        foreach (var flow in flows)
        {
            foreach (var block in flow.Destinations)
            {
                if (block.PrefixLength is 128 or 0 || block == Cidr.Ipv4)
                {
                    continue;
                }
                foreach (var own in network.Addresses)
                {
                    if (block.Contains(own.Address) && own.Address != block.Base && told.Add(own.Address)
                        && network.Find(own.Link) is { } link)
                    {
                        yield return Finding.Warn(
                            "ways", $"{own.Address.ToPlainString()}, which flow {flow.Name} accepts among others, is "
                                + $"an address of this host ({link.Name}): its packets stay here");
                    }
                }
            }
        }
    }
}

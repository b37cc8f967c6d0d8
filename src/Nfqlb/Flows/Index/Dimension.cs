using Nfqlb.Packets;

namespace Nfqlb.Flows.Index;

/// <summary>One of the conditions by which the index splits flows, in a fixed order.</summary>
internal enum Dimension
{
    Destination,
    Service,
    Source,

    /// <summary>Nothing left to split by: what remains is tried one by one.</summary>
    None,
}

/// <summary>Flows and packets in one dimension.</summary>
internal static class DimensionExtensions
{
    public static Dimension Next(this Dimension dimension) => dimension + 1;

    /// <summary>All prefixes that a flow accepts. None of them contains another's keys twice over for the same flow
    /// in a way that would matter: a flow found twice is still the same flow.</summary>
    public static IEnumerable<Prefix> PrefixesOf(this Dimension dimension, Flow flow) => dimension switch
    {
        Dimension.Destination => PrefixesOf(flow.Destinations),
        Dimension.Service => Service.Of(flow),
        _ => PrefixesOf(flow.Sources),
    };

    /// <summary>Where a packet lies.</summary>
    public static Address KeyOf(this Dimension dimension, in FlowQuery query) => dimension switch
    {
        Dimension.Destination => query.Destination,
        Dimension.Service => query.Service,
        _ => query.Source,
    };

    private static IEnumerable<Prefix> PrefixesOf(IReadOnlyCollection<Cidr> blocks) =>
        blocks.Count == 0 ? [Prefix.Any] : blocks.Select(Prefix.Of).Distinct();
}

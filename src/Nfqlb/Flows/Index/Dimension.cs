using System.Runtime.CompilerServices;
using Nfqlb.Packets;

namespace Nfqlb.Flows.Index;

/// <summary>One of the conditions by which the index splits flows, in a fixed order.</summary>
internal enum Dimension : byte
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
    /// <summary>How many places in the index one flow may take, unless it has more destinations. Else one with 32
    /// destinations, 8 ranges of ports and 32 sources could take 400,000.</summary>
    internal const int MostPlaces = 512;

    public static Dimension Next(this Dimension dimension) => dimension + 1;

    /// <summary>The prefixes under which a flow stands: those that it accepts, or <see cref="Prefix.Any"/>.</summary>
    public static IEnumerable<Prefix> PrefixesOf(this Dimension dimension, Flow flow)
    {
        if (!dimension.Settles(flow))
        {
            return [Prefix.Any];
        }
        return dimension switch
        {
            Dimension.Destination => PrefixesOf(flow.Destinations),
            Dimension.Service => Service.Of(flow),
            _ => PrefixesOf(flow.Sources),
        };
    }

    /// <summary>How many prefixes these are at most.</summary>
    public static int PlacesOf(this Dimension dimension, Flow flow) =>
        dimension.Settles(flow) ? dimension.CountOf(flow) : 1;

    /// <summary>Whether a packet that comes to the flow by this dimension needs no more questions about it.</summary>
    /// <remarks>Not where the combinations of the flow's conditions would take too many places. A flow always stands
    /// under its destinations, and then by whatever there is room for.</remarks>
    public static bool Settles(this Dimension dimension, Flow flow)
    {
        long places = 1;
        for (var each = Dimension.Destination; ; each = each.Next())
        {
            int prefixes = each.CountOf(flow);
            bool settles = each == Dimension.Destination || prefixes == 1 || places * prefixes <= MostPlaces;
            if (each == dimension)
            {
                return settles;
            }
            places = settles ? places * prefixes : places;
        }
    }

    /// <summary>Where a packet lies.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Address KeyOf(this Dimension dimension, in FlowQuery query) => dimension switch
    {
        Dimension.Destination => query.Destination,
        Dimension.Service => query.Service,
        _ => query.Source,
    };

    private static int CountOf(this Dimension dimension, Flow flow) => dimension switch
    {
        Dimension.Destination => Math.Max(1, flow.Destinations.Length),
        Dimension.Service => Service.CountOf(flow),
        _ => Math.Max(1, flow.Sources.Length),
    };

    private static IEnumerable<Prefix> PrefixesOf(IReadOnlyCollection<Cidr> blocks) =>
        blocks.Count == 0 ? [Prefix.Any] : blocks.Select(Prefix.Of).Distinct();
}

using Nfqlb.Maglev;

namespace Nfqlb.Tests.Flows;

/// <summary>Pools for flows to lead to; what is in them does not matter here.</summary>
internal static class NamedPools
{
    private static readonly PoolSize Size = new(3, 1);

    public static TargetPool Of(string name) =>
        new(new PoolName(name), PoolSegment.Format(new byte[PoolSegment.BytesFor(Size)], Size, ownMark: 0), workers: 1);
}

using Nfqlb.Packets;

namespace Nfqlb.Fragments;

/// <summary>The fragments that other balancers of a tier were given, so that none goes there twice.</summary>
/// <remarks>
/// <para>
/// While the balancers' pools differ, one takes a fragment for the other's, and that one for the first one's. Who has
/// passed it on knows it again, by its place in its packet and by its hop limit, which has fallen; the whole packet
/// stays there from then on. So no fragment takes a hop twice, on whatever way it comes back.
/// </para>
/// <para>
/// A copy whose hop limit has not fallen has not been elsewhere: the network has doubled it, and it is dropped.
/// </para>
/// <para>
/// Shared by all workers, in parts with locks of their own. As much is remembered as of packets that are decided here,
/// and for as long; a source that floods pushes out its own.
/// </para>
/// </remarks>
public sealed class PassedOnFragments
{
    private const int Parts = 8;

    private readonly PassedOnShard[] _parts = new PassedOnShard[Parts];
    private readonly HashSeed _seed;

    /// <summary>Nothing has been passed on.</summary>
    /// <param name="options">Sizes and times.</param>
    public PassedOnFragments(FragmentTableOptions options)
    {
        _seed = options.Seed;
        int entries = Math.Max(1, options.Size + options.ExtraEntries);
        for (int part = 0; part < Parts; part++)
        {
            _parts[part] = new PassedOnShard((entries + Parts - 1) / Parts, options);
        }
    }

    /// <summary>Whether a fragment that belongs to another balancer stays here all the same.</summary>
    /// <param name="fragment">Its place.</param>
    /// <param name="now">Monotonic time, in nanoseconds.</param>
    /// <param name="outcome">What becomes of it when this returns false: to the other balancer, or dropped.</param>
    public bool TryKeep(in Fragment fragment, long now, out FragmentOutcome outcome)
    {
        uint hash = fragment.Key.Hash(_seed);
        return PartOf(hash).TryKeep(fragment, hash, now, out outcome);
    }

    /// <summary>Whether fragments of a packet stay here. Changes nothing.</summary>
    public bool IsKept(in FragmentKey key)
    {
        uint hash = key.Hash(_seed);
        return PartOf(hash).IsKept(key, hash);
    }

    private PassedOnShard PartOf(uint hash) => _parts[hash / (uint.MaxValue / Parts + 1)];
}

using Nfqlb.Maglev;

namespace Nfqlb.Planning.Announce;

/// <summary>How well a pool can take packets.</summary>
/// <param name="Able">Targets that can.</param>
/// <param name="Needed">How many must.</param>
public readonly record struct PoolStanding(int Able, int Needed)
{
    /// <summary>Enough can.</summary>
    public bool IsEnough => Able >= Needed;

    /// <summary>Of a pool as it is.</summary>
    public static PoolStanding Of(PoolContent pool)
    {
        int able = 0;
        foreach (var target in pool.Slots)
        {
            able += target is { CanTakePackets: true } ? 1 : 0;
        }
        return new PoolStanding(able, Math.Max(pool.Settings.MinActive, 1));
    }
}

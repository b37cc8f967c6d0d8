using Nfqlb.Maglev;
using Nfqlb.Planning.Plans;

namespace Nfqlb.ControlPlane.Host;

/// <summary>The pools of this machine.</summary>
public interface IPools
{
    /// <summary>A pool as it is; null when there is none, or its maker was killed before it was one.</summary>
    PoolContent? Read(PoolName name);

    /// <summary>True for a name whose maker was killed before there was a pool of it.</summary>
    bool IsUnfinished(PoolName name);

    /// <summary>Carries a change out. Of a pool that stays, only what changes is touched, and of this only what still
    /// is as it was.</summary>
    void Carry(PoolChange change);

    /// <summary>Tells a pool what checks of its targets have found, and nothing else, in one publication at most. A
    /// target that is not there any more is left out.</summary>
    /// <exception cref="Linux.SharedMemory.PoolException">There is no such pool, or it is not ours.</exception>
    void SetHealth(PoolName name, IReadOnlyList<SlotHealth> all);

    /// <summary>Removes the memory that one who was killed has made for a pool and not yet given its name.</summary>
    void RemoveUnfinished(PoolName name);
}

using Nfqlb.ControlPlane.Host;
using Nfqlb.Maglev;
using Nfqlb.Planning.Objects;
using Nfqlb.Planning.Plans;

namespace Nfqlb.ControlPlane.Tests.Model;

/// <summary>Pools as shared memory keeps them.</summary>
/// <param name="fault">What is refused.</param>
internal sealed class ModelPools(Fault fault) : IPools
{
    public Dictionary<PoolName, PoolMarks> Pools { get; } = [];

    public PoolMarks? Read(PoolName name) => Pools.GetValueOrDefault(name);

    public bool IsUnfinished(PoolName name) => false;

    public void RemoveUnfinished(PoolName name)
    {
    }

    public void Carry(PoolChange change)
    {
        fault.ThrowOnNext();
        switch (change)
        {
            case { After: null }:
                Pools.Remove(change.Name);
                break;
            case { Before: { } before, After: { } after } when before.IsLike(after):
                var there = Pools[change.Name];
                Pools[change.Name] = there with
                {
                    Marks =
                    [
                        .. there.Marks.Select((mark, slot) =>
                            mark == before.Marks[slot] ? after.Marks[slot] : mark),
                    ],
                };
                break;
            case { After: { } after }:
                Pools[change.Name] = after;
                break;
        }
    }
}

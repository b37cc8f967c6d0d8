using Nfqlb.Cli.Apply;
using Nfqlb.Linux;
using Nfqlb.Linux.SharedMemory;
using Nfqlb.Maglev;

namespace Nfqlb.Cli.Health;

/// <summary>A pool that flows lead to, or that is asked for.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Targets">How many slots are filled.</param>
/// <param name="Slots">How many there are.</param>
/// <param name="HasFlow">A flow leads to it.</param>
/// <param name="IsWanted">It is asked for.</param>
/// <param name="Trouble">Why it cannot be used; empty when it can.</param>
internal sealed record PoolState(
    string Name, int Targets, int Slots, bool HasFlow, bool IsWanted, string Trouble)
{
    /// <summary>Looks into shared memory.</summary>
    /// <exception cref="PoolException">It is not for this user to see.</exception>
    public static PoolState Read(PoolName name, bool hasFlow, bool isWanted)
    {
        try
        {
            int targets = 0;
            var marks = ThisHost.Surroundings.Pools.Read(name)?.Marks;
            foreach (int mark in marks ?? [])
            {
                targets += mark >= 0 ? 1 : 0;
            }
            return new PoolState(
                name.Text, targets, marks?.Length ?? 0, hasFlow, isWanted,
                marks is null ? "there is no such pool" : "");
        }
        catch (PoolException e) when (!IsDenied(e))
        {
            return new PoolState(name.Text, 0, 0, hasFlow, isWanted, e.Reason);
        }
    }

    /// <summary>Somebody with more rights may see it.</summary>
    public static bool IsDenied(Exception e) =>
        e is PoolException { InnerException: SystemCallException { IsDenied: true } };
}

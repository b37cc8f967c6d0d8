namespace Nfqlb.Drain;

/// <summary>Where a connection was opened.</summary>
/// <param name="Slot">The target's slot in its pool.</param>
/// <param name="Mark">The target's mark: another mark in the slot is another target.</param>
/// <param name="Since">When the connection was opened; monotonic, in nanoseconds.</param>
public readonly record struct KeptTarget(ushort Slot, int Mark, long Since);

namespace Nfqlb.Linux.SharedMemory;

/// <summary>Which segment a descriptor or a name leads to; equal identities are the same memory.</summary>
/// <remarks>
/// A name that was deleted and created again leads to another inode, while a mapping made before still shows the old
/// one. The numbers are the kernel's and hold until it is restarted.
/// </remarks>
/// <param name="Device">Major number in the upper 32 bits, minor number in the lower.</param>
/// <param name="Inode">Number of the inode within the device.</param>
public readonly record struct SegmentIdentity(ulong Device, ulong Inode);

using Nfqlb.Linux.SharedMemory;

namespace Nfqlb.Linux.Tests.Support;

/// <summary>A segment name no other test uses, gone from /dev/shm when the test ends.</summary>
internal sealed class ScratchSegment : IDisposable
{
    public string Name { get; } = $"nfqlb-test-{Environment.ProcessId}-{Guid.NewGuid():N}";

    public string Path => "/dev/shm/" + Name;

    public void Dispose() => SharedMemorySegment.Unlink(Name);
}

using Nfqlb.Linux.Queue;

namespace Nfqlb.Linux.Tests.Support;

/// <summary>A test that binds a queue of the real kernel; skipped, with the reason, where it cannot.</summary>
/// <remarks>Binding needs CAP_NET_ADMIN and no firewall rule: without one no packet ever comes.</remarks>
internal sealed class KernelFactAttribute : FactAttribute
{
    private static readonly Lazy<string?> Reason = new(Probe);

    public KernelFactAttribute() => Skip = Reason.Value;

    private static string? Probe()
    {
        if (ShimFactAttribute.Reason is { } reason)
        {
            return reason;
        }

        try
        {
            PacketQueue.Open(FreeQueue.Next(), new QueueOptions()).Dispose();
            return null;
        }
        catch (SystemCallException error)
        {
            return $"no queue can be bound here: {error.Message}";
        }
    }
}

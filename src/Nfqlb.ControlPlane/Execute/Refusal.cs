using Nfqlb.Flows;
using Nfqlb.Linux;
using Nfqlb.Linux.SharedMemory;

namespace Nfqlb.ControlPlane.Execute;

/// <summary>What a change may end with that is not carried out.</summary>
internal static class Refusal
{
    /// <summary>The kernel, the memory or the balancer has said no: what was done before is to be undone.</summary>
    public static bool Is(Exception e) => e is SystemCallException or PoolException or FlowException;
}

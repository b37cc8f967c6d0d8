using Nfqlb.ControlPlane.Store;
using Nfqlb.Maglev;

namespace Nfqlb.Cli.CommandLine;

/// <summary>What the state is kept under in /dev/shm: the name in the environment, or `nfqlb-wanted`.</summary>
internal static class StoreName
{
    /// <exception cref="UsageException">What stands in the environment cannot be a name.</exception>
    public static PoolName Value
    {
        get
        {
            string text = Arguments.WantedName;
            string reason = SegmentName.Complaint(text) is { Length: > 0 } complaint
                ? complaint
                : SegmentName.ComplaintOfWanted(text);
            if (!StateStore.CanBeKeptUnder(new PoolName(text)))
            {
                reason = "too long";
            }
            return reason.Length == 0
                ? new PoolName(text)
                : throw UsageException.BadValue(SegmentName.WantedVariable, text, reason);
        }
    }
}

using Nfqlb.Planning.Objects;

namespace Nfqlb.Planning.Status;

/// <summary>Is there a balancer, and does it balance anything?</summary>
public static class ProcessCheck
{
    private const string Area = "process";

    /// <param name="balancer">The one that answers; null when none does.</param>
    /// <param name="address">Where it was asked.</param>
    /// <param name="run">Runs such a balancer.</param>
    /// <param name="wantsFlows">Flows are asked for by a file.</param>
    /// <param name="silent">Of those who read queues, one that is an nfqlb; null when there is none.</param>
    /// <param name="unit">The unit of systemd that starts it; null for none that is known.</param>
    /// <param name="lost">What is left of flows, where there are none.</param>
    public static IEnumerable<Finding> Findings(
        BalancerState? balancer, string address, string run, bool wantsFlows, string? silent, string? unit,
        LostFlows lost)
    {
        if (balancer is null && silent is not null && !wantsFlows)
        {
            // `lb` has no control socket.
            string where = PlainText.Visible(address);
            yield return Finding.Ok(
                Area, $"{silent} reads queues and takes no commands at [{where}], as an nfqlb lb does");
            yield break;
        }
        if (balancer is null)
        {
            yield return Finding.Bad(
                Area, $"no balancer answers at [{PlainText.Visible(address)}]",
                unit is null ? run : Remedy.Restart(unit));
            if (!wantsFlows && lost.Queued.Count > 0)
            {
                yield return Finding.Warn(
                    "flows", "those that commands had set are gone with the process, unless it had --state");
            }
            yield break;
        }
        string pid = balancer.ProcessId is { } id ? $", pid {id}" : "";
        string since = balancer.Started is { } started
            ? $", since {started}"
            : "";
        string packets = balancer.Packets is { } count ? $", {count} packets so far" : "";
        yield return Finding.Ok(Area, $"answers at [{PlainText.Visible(address)}]{pid}{since}{packets}");
        foreach (string hindrance in balancer.Hindrances)
        {
            // The new process leaves a worker that hangs behind, and no packets with it but those in its hands. A queue
            // that is full would be full again, were it not longer.
            string longer = hindrance.Contains("is full", StringComparison.Ordinal) ? " --qlength=16384" : "";
            yield return Finding.Bad(
                Area, PlainText.Visible(hindrance), Remedy.TakeOver(run + longer));
        }
        yield return balancer.Flows.Count > 0
                ? Finding.Ok("flows", $"{balancer.Flows.Count} in force")
            : lost.Queued.Count > 0 || wantsFlows
                ? Finding.Bad(
                    "flows", "none: no packet is balanced, and those for virtual addresses are dropped. Without "
                        + "--state, flows end with the process", lost.Remedy)
            : Finding.Warn("flows", "none: no packet is balanced, until flow-set or apply gives some");
    }
}

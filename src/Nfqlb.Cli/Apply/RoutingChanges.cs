using Nfqlb.Cli.CommandLine;
using Nfqlb.Linux.Netlink;
using Nfqlb.Linux.Netlink.Routing;

namespace Nfqlb.Cli.Apply;

/// <summary>Changes of rules and routes, carried out.</summary>
internal static class RoutingChanges
{
    /// <summary>Carries out all of a batch. What is gone already is as it shall be.</summary>
    /// <param name="batch">The changes.</param>
    /// <param name="mayExist">What is there already is as it shall be, too.</param>
    /// <param name="mayWait">Routes that may wait until their link is up, and what to say of each.</param>
    /// <exception cref="NetlinkException">The first one that was refused; the others were tried.</exception>
    public static void Carry(RoutingBatch batch, bool mayExist, Dictionary<Route, string>? mayWait = null)
    {
        using var socket = RoutingSocket.Open();
        foreach (var result in socket.Apply(batch))
        {
            if (result.IsWithoutLink && result.Subject is Route route && mayWait?.GetValueOrDefault(route) is { } words)
            {
                Output.Complaint.WriteLine(words);
            }
            else if (!result.IsNotThere && !(result.IsAlreadyThere && mayExist))
            {
                result.ThrowOnError();
            }
        }
    }
}

using Nfqlb.ControlPlane.Follow;
using Nfqlb.ControlPlane.Host;
using Nfqlb.Flows;
using Nfqlb.Linux;
using Nfqlb.Planning.Objects;
using Nfqlb.Planning.Plans;
using Nfqlb.Routing;

namespace Nfqlb.ControlPlane.Announce;

/// <summary>The routes that swallow what comes for a virtual address while it is not queued here, behind all others of
/// the main table: else it would go back to the router that has sent it, and so on until its hop limit is used up.
/// </summary>
/// <remarks>They are not read back: the main table may be long. They lead to the link of the announcements, whose
/// packets nobody reads. An unreachable route would do the same, but a reverse path filter, also a loose one, would
/// then drop what targets answer from the address.</remarks>
/// <param name="kernel">Where.</param>
/// <param name="tell">Is told what was refused.</param>
internal sealed class SinkRoutes(IKernel kernel, Action<FollowNotice> tell)
{
    private HashSet<Cidr> _made = [];
    private LinkIndex? _link;

    /// <summary>True for exactly these addresses.</summary>
    public bool Are(IReadOnlyCollection<Cidr> vips) => _made.SetEquals(vips);

    /// <summary>They may be gone.</summary>
    public void Forget() => _made.Clear();

    /// <summary>Makes those that are missing, and takes away those that are too much.</summary>
    /// <param name="vips">All addresses that are to be announced.</param>
    /// <param name="link">Where they lead to. Those by another one are gone with it.</param>
    /// <exception cref="SystemCallException">The kernel gave no answer.</exception>
    public void Match(IReadOnlyCollection<Cidr> vips, LinkIndex link)
    {
        if (_link != link)
        {
            (_link, _made) = (link, []);
        }
        var changes = new List<Change>();
        foreach (var vip in vips)
        {
            if (!_made.Contains(vip))
            {
                changes.Add(new RouteChange(null, AnnouncedRoutes.SinkOf(vip, link)));
            }
        }
        foreach (var vip in _made)
        {
            if (!vips.Contains(vip))
            {
                changes.Add(new RouteChange(AnnouncedRoutes.SinkOf(vip, link), null));
            }
        }
        _made = [.. vips];
        foreach (var outcome in changes.Count == 0 ? [] : kernel.Carry(changes))
        {
            // One that is there is of the process before, or of somebody else, and does as well.
            if (outcome.Error is { } error and not SystemCallException { IsThere: true })
            {
                tell(new FollowNotice("no route swallows what is not queued", Reason: error.Message)
                {
                    IsWarning = true,
                });
                break;
            }
        }
    }
}

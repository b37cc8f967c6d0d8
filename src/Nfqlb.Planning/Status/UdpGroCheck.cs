using Nfqlb.Flows;
using Nfqlb.Planning.Model;
using Nfqlb.Planning.Objects;
using Nfqlb.Routing;

namespace Nfqlb.Planning.Status;

/// <summary>Could UDP packets that come in be put together, so that many of a flow cost as much as one?</summary>
public static class UdpGroCheck
{
    private const string Area = "links";

    /// <summary>The features that it takes.</summary>
    public static IReadOnlyList<string> Needed => DesiredFeature.Names;

    /// <summary>Whether there may be bulk UDP: a flow that names it. One that takes every protocol says nothing.
    /// </summary>
    public static bool IsFor(IReadOnlyList<Flow> flows)
    {
        foreach (var flow in flows)
        {
            if (flow.Protocols.HasFlag(Protocols.Udp))
            {
                return true;
            }
        }
        return false;
    }

    /// <summary>The links by which packets for virtual addresses may come, by name.</summary>
    /// <remarks>Not those to the targets, unless there are no others. Only where packets come in from outside are they
    /// put together: on hardware and on a veth, not on what is made of others, such as a VLAN or a bond.</remarks>
    /// <param name="links">All there are.</param>
    /// <param name="toTargets">By name, those to the targets.</param>
    public static IReadOnlyList<string> Receiving(IReadOnlyList<Link> links, IReadOnlyCollection<string> toTargets)
    {
        var all = new List<string>();
        foreach (var link in links)
        {
            if (link.HasCarrier && link.Name != "lo" && link.Kind is "" or "veth")
            {
                all.Add(link.Name);
            }
        }
        var others = all.FindAll(name => !toTargets.Contains(name));
        return others.Count > 0 ? others : all;
    }

    /// <param name="links">By which packets come, by name.</param>
    /// <param name="known">What links can do, of <see cref="Needed"/>.</param>
    /// <param name="asked">What links shall do: no advice against that, and none to do it.</param>
    public static IEnumerable<Finding> Findings(
        IReadOnlyList<string> links, IReadOnlyList<LinkFeature> known, IReadOnlyList<DesiredFeature> asked)
    {
        foreach (string link in links)
        {
            var features = known.Where(feature => feature.Link == link).ToList();
            var missing = new List<string>();
            foreach (var feature in features)
            {
                bool isAsked = asked.Any(one => one.Key == new LinkFeatureKey(link, feature.Name));
                if (!feature.IsActive && feature.IsChangeable && !isAsked)
                {
                    missing.Add(feature.Name == LinkFeature.Gro ? "gro on" : $"{feature.Name} on");
                }
            }
            bool isToldNotTo = asked.Any(one => one.Key.Link == link && !one.IsOn);
            if (features.Count == Needed.Count && missing.Count > 0 && !isToldNotTo)
            {
                string inFile = string.Join(", ", Needed.Select(name => $"{name}: true"));
                yield return Finding.Hint(
                    Area, $"{link} hands on each UDP packet by itself: bulk UDP costs several times as much; "
                        + $"in the file: links: {{{link}: {{{inFile}}}}}",
                    $"ethtool -K {link} {string.Join(' ', missing)}");
            }
        }
    }
}

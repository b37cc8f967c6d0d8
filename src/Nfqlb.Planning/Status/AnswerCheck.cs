using Nfqlb.Packets;
using Nfqlb.Planning.Explain;
using Nfqlb.Planning.Model;
using Nfqlb.Routing;

namespace Nfqlb.Planning.Status;

/// <summary>Would answers of targets get to clients, where they pass through here? Walks as `why` does.</summary>
/// <remarks>Where they do is for targets and routers to know: so it is told as a hint, and as wrong for a virtual
/// address alone that has a table to leave by.</remarks>
internal sealed class AnswerCheck(DesiredState desired, WaySamples samples, Way way)
{
    private const string Area = "answers";

    private readonly HashSet<(WayKind, LinkIndex)> _walked = [];
    private readonly HashSet<string> _told = [];

    /// <summary>What is in their way, each once.</summary>
    /// <param name="links4">Those to targets in IPv4.</param>
    /// <param name="links6">Those in IPv6.</param>
    /// <param name="most">How many are walked.</param>
    public IEnumerable<Finding> Findings(IReadOnlySet<Link> links4, IReadOnlySet<Link> links6, int most)
    {
        foreach (var sample in samples.OfFlows().Concat(samples.OfAnswers()))
        {
            var answer = AnswerWay.To(sample.Packet);
            var kind = samples.KindOf(answer);
            foreach (var link in answer.Destination.IsIpv4 ? links4 : links6)
            {
                if (!_walked.Add((kind, link.Index)))
                {
                    continue;
                }
                if (_walked.Count > most)
                {
                    yield return Finding.Open(Area, $"not checked: more than {most} kinds of answers");
                    yield break;
                }
                if (way.ObstacleOf(answer, link) is { } obstacle && Tell(sample, obstacle) is { } finding)
                {
                    yield return finding;
                }
            }
        }
    }

    private Finding? Tell(WaySample sample, AnswerStation obstacle)
    {
        var source = sample.Packet.Destination;
        bool isSure = desired.Vips.Any(vip => vip.EgressTable is not null && vip.Prefix.Contains(source));
        string to = sample.IsPart ? $", to {sample.Packet.Source!.Value.ToPlainString()}" : "";
        string what = $"from {source.ToPlainString()}{to}{(isSure ? "" : ", if they pass through here")}: "
            + obstacle.Obstacle;
        return !_told.Add(what) || obstacle.IsReversed && !isSure ? null // The setting is told by itself.
            : isSure && !sample.IsPart ? Finding.Bad(Area, what, obstacle.Mend)
            : Finding.Open(Area, what, sample.IsPart ? null : obstacle.Mend);
    }
}

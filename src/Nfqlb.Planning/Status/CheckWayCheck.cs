using Nfqlb.Checks;
using Nfqlb.Filters;
using Nfqlb.Maglev;
using Nfqlb.Packets;
using Nfqlb.Planning.Model;
using Nfqlb.Planning.Objects;
using Nfqlb.Routing;

namespace Nfqlb.Planning.Status;

/// <summary>Do filters of this host let checks of targets out, and answers to them in? A target that passes its checks
/// has shown it; the others are walked, and those that stay good because they cannot be checked.</summary>
/// <param name="host">As it was at one look.</param>
/// <param name="targets">Those that are asked for, as they are.</param>
public sealed class CheckWayCheck(HostSnapshot host, IReadOnlyList<TargetReport> targets)
{
    private const string Area = "checks";

    /// <summary>More ways than this are not walked: they mostly differ in nothing that filters look at.</summary>
    private const int MostWays = 1000;

    private readonly FilterSet _filters = new(host.Filters.Or([]));
    private readonly NetworkState _network = host.Network.Or(new NetworkState());
    private readonly HashSet<FilteredPacket> _walked = [];
    private readonly HashSet<string> _told = [];
    private readonly SortedSet<string> _unread = new(StringComparer.Ordinal);

    /// <summary>What is in their way, each once.</summary>
    /// <param name="desired">Which are to be checked, and how.</param>
    public IEnumerable<Finding> Findings(DesiredState desired)
    {
        var reports = new Dictionary<(PoolName, DesiredTarget), TargetReport>();
        foreach (var report in targets)
        {
            reports.TryAdd((report.Pool.Name, report.Target), report);
        }
        foreach (var one in CheckedTargets.Of(desired))
        {
            var report = reports.GetValueOrDefault((one.Pool, one.Target));
            bool isGood = report?.Verdict is { Health: TargetHealth.Good };
            if (isGood && report!.Verdict!.Error.Length == 0)
            {
                continue;
            }
            foreach (var probe in one.Probes)
            {
                var way = probe.Address.IsIpv4 ? report?.Ipv4 : report?.Ipv6;
                string? link = way is { Link.Length: > 0 } known ? known.Link : null;
                foreach (var finding in Of(probe, link, isGood))
                {
                    yield return finding;
                }
            }
        }
        if (_unread.Count > 0)
        {
            yield return Finding.Open(
                Area, $"not checked: {string.Join(", ", _unread)}: has rules that may drop checks or answers to them, "
                    + "by conditions that are not known here");
        }
    }

    private IEnumerable<Finding> Of(TargetProbe probe, string? link, bool isGood)
    {
        if (probe.Question.Kind == CheckKind.Exec || OwnAddress(probe.Address.IsIpv4, link) is not { } own)
        {
            yield break; // What a command sends is not known.
        }
        var check = Sent(probe, own) with { OutgoingLink = link };
        var answer = AnswerTo(check, probe, own) with { IncomingLink = link };
        if (_walked.Count >= MostWays || !_walked.Add(check))
        {
            yield break;
        }
        var sent = FilterWalk.Of(_filters, FilterHook.Output, check, chain => chain.IsNat)
            .Then(() => FilterWalk.Of(_filters, FilterHook.Postrouting, check, chain => chain.IsNat))
            .Then(() => FilterWalk.Of(_filters, FilterHook.Egress, check));
        if (Tell(sent, check, isAnswer: false, isGood) is { } lost)
        {
            yield return lost;
        }
        var received = FilterWalk.Of(_filters, FilterHook.Ingress, answer)
            .Then(() => FilterWalk.Of(_filters, FilterHook.Prerouting, answer, chain => chain.IsNat))
            .Then(() => FilterWalk.Of(_filters, FilterHook.Input, answer, chain => chain.IsNat));
        if (Tell(received, answer, isAnswer: true, isGood) is { } unheard)
        {
            yield return unheard;
        }
    }

    private static FilteredPacket Sent(TargetProbe probe, Address own)
    {
        bool isIpv4 = probe.Address.IsIpv4;
        var protocol = probe.Question.Kind switch
        {
            CheckKind.Icmp => isIpv4 ? IpProtocol.Icmp : IpProtocol.Icmpv6,
            CheckKind.Udp => IpProtocol.Udp,
            CheckKind.Sctp => IpProtocol.Sctp,
            _ => IpProtocol.Tcp,
        };
        return new FilteredPacket(probe.Address)
        {
            Source = own,
            Protocol = protocol,
            DestinationPort = probe.Question.Kind == CheckKind.Icmp ? null : probe.Question.Port,
            Mark = (uint)probe.Mark.Value,
            Connection = ConnectionStates.New,
        };
    }

    private FilteredPacket AnswerTo(FilteredPacket check, TargetProbe probe, Address own)
    {
        var queued = host.Vips.Or(QueuedVips.None);
        bool isUntracked = queued.WithoutConntrack && queued.Vips.Any(vip => vip.Contains(probe.Address));
        return new FilteredPacket(own)
        {
            Source = check.Destination,
            Protocol = check.Protocol,
            SourcePort = check.DestinationPort,
            Mark = 0,
            Connection = isUntracked ? ConnectionStates.Untracked : ConnectionStates.Established,
        };
    }

    private Finding? Tell(FilterWalk walk, FilteredPacket packet, bool isAnswer, bool isGood)
    {
        _unread.UnionWith(walk.NotInterpreted.Select(chain => $"{chain}"));
        if (walk.DroppedBy is not { } chain)
        {
            return null;
        }
        string what = isAnswer
            ? $"answers to checks from {packet.Source!.Value.ToPlainString()}: the filter {chain} drops them"
            : $"checks of {packet.Destination.ToPlainString()}: the filter {chain} drops them";
        string comes = isGood ? "nothing more is learned of targets" : "targets are found bad";
        return _told.Add(what)
            ? Finding.Bad(Area, $"{what}, and {comes}", Remedy.LetCheckThrough(chain, packet, isAnswer))
            : null;
    }

    /// <summary>What checks come from: an address of the link that they leave by; else any.</summary>
    private Address? OwnAddress(bool isIpv4, string? link)
    {
        var index = _network.Links.FirstOrDefault(one => one.Name == link)?.Index;
        InterfaceAddress? any = null;
        foreach (var own in _network.Addresses)
        {
            if (own.Address.IsIpv4 == isIpv4)
            {
                if (own.Link == index)
                {
                    return own.Address;
                }
                any ??= own;
            }
        }
        return any?.Address;
    }
}

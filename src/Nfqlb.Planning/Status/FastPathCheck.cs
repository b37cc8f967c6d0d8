using Nfqlb.FastPath;
using Nfqlb.Filters;
using Nfqlb.Flows;
using Nfqlb.Planning.Model;
using Nfqlb.Planning.Objects;

namespace Nfqlb.Planning.Status;

/// <summary>Does the kernel decide what it is asked to decide, and does nobody decide it once more?</summary>
public static class FastPathCheck
{
    private const string Area = "fast-path";

    /// <summary>So many marks and virtual addresses are tried at rules made by hand; they are mostly alike.</summary>
    private const int MostTried = 20;

    /// <param name="host">As it was at one look.</param>
    /// <param name="balancer">The one that runs.</param>
    /// <param name="run">Runs such a balancer.</param>
    public static IEnumerable<Finding> Findings(HostSnapshot host, BalancerState balancer, string run)
    {
        var asked = host.Desired.Or(DesiredState.Empty).FastPath;
        if (asked is not null && balancer.FastPath?.IsAt(asked) != true)
        {
            string links = PlainText.Visible($"{asked}");
            yield return balancer.Configuration is not null
                ? Finding.Warn(
                    Area, $"asked for at {links}, and not so yet, or the balancer's options say otherwise",
                    Remedy.TakeOver(run))
                : Finding.Warn(
                    Area, $"asked for at {links}, and the balancer was started otherwise",
                    Remedy.TakeOver($"{run} --fast-path={string.Join(',', asked.Links)}"
                        + (asked.Redirects ? " --fast-path-exit=redirect" : "")));
        }
        if (balancer.FastPath is not { } fastPath)
        {
            yield return Finding.Ok(Area, "off");
            yield break;
        }
        if (fastPath.State.StartsWith("refused", StringComparison.Ordinal))
        {
            yield return Finding.Warn(Area, $"{PlainText.Visible(fastPath.State)}: the queues do all");
            yield break;
        }
        string[] on = [.. fastPath.Links.Where(link => link.State == FastPathState.On).Select(link => link.Name)];
        if (on.Length > 0)
        {
            string exit = fastPath.Redirects ? ", straight to the links of targets" : "";
            string paused = fastPath.State == FastPathState.On ? "" : $" ({fastPath.State})";
            yield return Finding.Ok(Area, $"on at {string.Join(", ", on.Select(PlainText.Visible))}{exit}{paused}");
        }
        foreach (var link in fastPath.Links)
        {
            if (FindingOf(link, run) is { } finding)
            {
                yield return finding;
            }
        }
        var queued = host.Vips.Or(QueuedVips.None);
        if (queued is { Queue: not null, PassesDecided: false } && !queued.Vips.IsEmpty)
        {
            yield return Finding.Warn(
                Area, "packets for virtual addresses are left to the queues: their rules are of an older nfqlb",
                Remedy.SetVip(queued.Vips[0].ToPlainString()));
        }
        foreach (var finding in DecidedTwice(host, balancer, fastPath.OtherVips, on))
        {
            yield return finding;
        }
    }

    private static Finding? FindingOf(FastPathLinkState link, string run)
    {
        string name = PlainText.Visible(link.Name);
        if (link.State != FastPathState.On)
        {
            // It is attached again by itself where that can be.
            string? remedy = link.State.StartsWith("refused", StringComparison.Ordinal)
                ? Remedy.TakeOver($"{run} --fast-path={name}")
                : null;
            return Finding.Warn(Area, $"not at {name}: {PlainText.Visible(link.State)}", remedy);
        }
        if (link.ProgramInFront is not { } program)
        {
            return null;
        }
        string other = program == 0 ? $"filter 0x{link.FilterInFront:x}" : $"program {program}";
        return Finding.Warn(
            Area, $"at {name} packets come by {other} of others first, which may take them",
            link.TcxLinkInFront > 0 ? $"bpftool link detach id {link.TcxLinkInFront}"
                : link.FilterInFront > 0
                    ? $"tc filter del dev {name} ingress pref 1 handle 0x{link.FilterInFront:x} bpf"
                    : null);
    }

    /// <summary>Rules made by hand that queue packets which the kernel has decided.</summary>
    private static IEnumerable<Finding> DecidedTwice(
        HostSnapshot host, BalancerState balancer, IEnumerable<Cidr> vips, IReadOnlyList<string> links)
    {
        var filters = new FilterSet(host.Filters.Or([]));
        int[] marks = [.. balancer.TargetMarks?.Values.Distinct().Order().Take(MostTried) ?? []];
        var told = new HashSet<string>();
        foreach (var vip in vips.Take(MostTried))
        {
            foreach (string link in links)
            {
                int[] queued = [.. marks.Where(mark => ChainThatQueues(vip, link, mark) is not null)];
                if (queued.Length > 0 && ChainThatQueues(vip, link, queued[0]) is { } chain && told.Add($"{chain}"))
                {
                    yield return Finding.Warn(
                        Area, $"{chain} queues what the kernel has decided: it is decided, and counted, twice",
                        Remedy.PassDecided(chain, balancer.MarkMask, queued));
                }
            }
        }
        FilterChain? ChainThatQueues(Cidr vip, string link, int mark) => FilterWalk.Of(
            filters, FilterHook.Prerouting, new FilteredPacket(vip.Base)
            {
                IncomingLink = link,
                Mark = (uint)mark,
                Priority = FastPathTables.DecidedPriority,
            }).QueuedBy;
    }
}

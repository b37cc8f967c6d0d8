using Nfqlb.Planning.Model;
using Nfqlb.Planning.Objects;

namespace Nfqlb.Planning.Status;

/// <summary>Settings of the kernel on which packets get lost, and those that a file names.</summary>
/// <param name="sysctls">As they were read.</param>
public sealed class SysctlCheck(SysctlValues sysctls)
{
    private const string Area = "sysctls";

    /// <summary>Of rp_filter; 0 is off, 2 is loose.</summary>
    private const int Strict = 1, Loose = 2;

    /// <summary>Of arp_ignore: no question is answered.</summary>
    private const int Silent = 8;

    /// <summary>A file may name what is looked at anyway.</summary>
    private readonly HashSet<string> _told = [];

    /// <summary>All that is looked at, by name.</summary>
    /// <param name="links">By name, those packets come by.</param>
    /// <param name="desired">What a document names.</param>
    public static IReadOnlyList<string> NamesOf(IReadOnlyList<string> links, IReadOnlyList<DesiredSysctl> desired) =>
    [
        "net.ipv4.ip_forward", "net.ipv6.conf.all.forwarding", "net.ipv4.conf.all.rp_filter",
        "net.ipv4.conf.default.rp_filter", "net.ipv4.conf.all.src_valid_mark", "net.ipv4.conf.all.arp_ignore",
        "net.ipv4.fwmark_reflect", "net.ipv6.fwmark_reflect", "net.netfilter.nf_conntrack_count",
        "net.netfilter.nf_conntrack_max",
        .. links.SelectMany(link => (string[])
        [
            $"net/ipv4/conf/{link}/forwarding", $"net/ipv4/conf/{link}/rp_filter",
            $"net/ipv4/conf/{link}/src_valid_mark", $"net/ipv4/conf/{link}/arp_ignore",
        ]),
        .. desired.Select(setting => setting.Name),
    ];

    /// <summary>A host that does not forward drops what it has marked for a target.</summary>
    /// <param name="families">Those whose packets are balanced.</param>
    public IEnumerable<Finding> Forwarding(UsedFamilies families)
    {
        if (families.HasIpv4)
        {
            yield return Forwarding("net.ipv4.ip_forward", families);
        }
        if (families.HasIpv6)
        {
            yield return Forwarding("net.ipv6.conf.all.forwarding", families);
        }
    }

    /// <summary>Strict, it drops what comes by another link than the way back would take: packets of clients with
    /// several ways to here, and all that targets send through here from a virtual address.</summary>
    /// <param name="links">By name, those packets come by.</param>
    /// <param name="areVipsRouted">Without marks, packets to each virtual address have a way: a loose filter drops what
    /// comes from where none leads.</param>
    public IEnumerable<Finding> ReversePath(IReadOnlyList<string> links, bool areVipsRouted)
    {
        int all = sysctls.ReadNumber("net.ipv4.conf.all.rp_filter");
        int count = 0;
        var loose = new List<string>();
        foreach (string link in links)
        {
            // The kernel takes the greater of both (IN_DEV_RPFILTER, linux/inetdevice.h).
            int filter = Math.Max(all, sysctls.ReadNumber($"net/ipv4/conf/{link}/rp_filter"));
            if (filter == Loose && !areVipsRouted)
            {
                loose.Add(link);
            }
            if (filter != Strict)
            {
                continue;
            }
            count++;
            bool isMarked = sysctls.ReadNumber("net.ipv4.conf.all.src_valid_mark") == 1
                || sysctls.ReadNumber($"net/ipv4/conf/{link}/src_valid_mark") == 1;
            string remedy = Remedy.Loosen(link, areVipsRouted);
            yield return isMarked
                ? Finding.Bad(
                    Area, $"rp_filter is strict on {link}, and src_valid_mark is on: every marked packet is dropped",
                    remedy)
                : Finding.Warn(
                    Area, $"rp_filter is strict on {link}: what comes by another link than it leaves by is dropped",
                    remedy);
        }
        if (count == 0)
        {
            yield return Finding.Ok(Area, "rp_filter is strict nowhere");
        }
        if (loose.Count > 0)
        {
            yield return Finding.Open(
                Area, $"rp_filter is loose on {string.Join(", ", loose)}, and no route leads to virtual addresses: "
                    + "what targets send from them by way of this host is dropped, unless it is 0");
        }
        if (sysctls.ReadNumber("net.ipv4.conf.default.rp_filter") == Strict)
        {
            yield return Finding.Warn(
                Area, "rp_filter will be strict on new links", "sysctl -w net.ipv4.conf.default.rp_filter=2");
        }
    }

    /// <summary>A host that answers nobody who asks for its addresses is not found.</summary>
    /// <param name="links">By name, those packets come by.</param>
    public IEnumerable<Finding> AddressResolution(IReadOnlyList<string> links)
    {
        bool isEverywhere = sysctls.ReadNumber("net.ipv4.conf.all.arp_ignore") == Silent;
        foreach (string link in links)
        {
            bool isHere = sysctls.ReadNumber($"net/ipv4/conf/{link}/arp_ignore") == Silent;
            if (isHere || isEverywhere)
            {
                yield return Finding.Warn(
                    Area, $"arp_ignore = {Silent} on {link}: who sends packets here by it does not find this host",
                    "sysctl -w" + (isEverywhere ? " net/ipv4/conf/all/arp_ignore=0" : "")
                        + (isHere ? $" net/ipv4/conf/{link}/arp_ignore=0" : ""));
            }
        }
    }

    /// <summary>With it an ICMP error about a marked packet carries the mark, and goes to the target in place of the
    /// client, who never hears that his packets are too big.</summary>
    /// <param name="families">Those whose packets are balanced.</param>
    public IEnumerable<Finding> Reflection(UsedFamilies families)
    {
        string[] names =
        [
            .. families.HasIpv4 ? (string[])["net.ipv4.fwmark_reflect"] : [],
            .. families.HasIpv6 ? (string[])["net.ipv6.fwmark_reflect"] : [],
        ];
        foreach (string name in names)
        {
            yield return sysctls.Read(name) is null or "0"
                ? Finding.Ok(Area, $"{name} = 0")
                : Finding.Warn(
                    Area, $"{name} = 1: ICMP errors for clients go to targets", $"sysctl -w {name}=0");
        }
    }

    /// <summary>Connection tracking remembers what a stateless balancer need not, and reassembles packets.</summary>
    /// <param name="vip">One of the virtual addresses; null where there are none of ours.</param>
    /// <param name="isUntracked">It is kept away from them.</param>
    public IEnumerable<Finding> ConnectionTracking(string? vip, bool isUntracked)
    {
        if (sysctls.Read("net.netfilter.nf_conntrack_count") is not { } count || count == "0" || isUntracked)
        {
            yield break;
        }
        string most = sysctls.Read("net.netfilter.nf_conntrack_max") ?? "?";
        if (int.TryParse(count, out int tracked) && int.TryParse(most, out int room) && room > 0 && tracked >= room)
        {
            yield return Finding.Bad(
                Area, $"connections are tracked, {count} of at most {most}: packets of new ones are dropped",
                $"sysctl -w net.netfilter.nf_conntrack_max={2L * room}");
            yield break;
        }
        yield return Finding.Warn(
            Area, $"connections are tracked, {count} of at most {most}: a balancer without state does not need it",
            vip is null ? null : $"nfqlb vip-set --vips={vip} --notrack=yes");
    }

    /// <summary>What the operator asks for.</summary>
    /// <param name="wanted">By name.</param>
    public IEnumerable<Finding> Wanted(IReadOnlyList<DesiredSysctl> wanted)
    {
        foreach (var setting in wanted)
        {
            if (_told.Contains($"{setting.Name}={setting.Value}"))
            {
                continue;
            }
            yield return Expect(setting.Name, setting.Value, "not what the file asks for");
        }
    }

    /// <summary>Some settings have several numbers, with blanks or tabs between them.</summary>
    private static string Plain(string value) =>
        string.Join(' ', value.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));

    private Finding Forwarding(string name, UsedFamilies families)
    {
        var found = Expect(name, "1", "no packet is forwarded to a target");
        return found.Severity == Severity.Bad && families.IsGuess ? found with { Severity = Severity.Warn } : found;
    }

    private Finding Expect(string name, string value, string consequence)
    {
        string visible = PlainText.Visible(name);
        _told.Add($"{name}={value}");
        if (sysctls.Read(name) is not { } actual)
        {
            return Finding.Bad(Area, $"{visible}: the kernel has no such setting");
        }
        string assignment = $"{visible}={PlainText.Visible(value)}";
        actual = Plain(actual);
        return actual == Plain(value)
            ? Finding.Ok(Area, $"{visible} = {PlainText.Visible(value)}")
            : Finding.Bad(
                Area, $"{visible} = {PlainText.Visible(actual)}: {consequence}",
                assignment.AsSpan().ContainsAny(' ', '\\') ? $"sysctl -w '{assignment}'" : $"sysctl -w {assignment}");
    }
}

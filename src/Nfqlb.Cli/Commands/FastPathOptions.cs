using Nfqlb.Cli.CommandLine;
using Nfqlb.Daemon.Settings;
using Nfqlb.FastPath;
using Nfqlb.Flows;
using Nfqlb.Linux.Netlink.Routing;
using Nfqlb.Routing;

namespace Nfqlb.Cli.Commands;

/// <summary>What is said of the fast path.</summary>
internal static class FastPathOptions
{
    /// <summary>The links.</summary>
    public static readonly Option Links = new(
        "fast-path", "Links at whose ingress the kernel decides packets itself, e.g eth0,eth1. Default; none");

    /// <summary>Virtual IPs that rules made by hand lead to the queues.</summary>
    public static readonly Option Vips = new(
        "fast-path-vips", "Virtual IPs of the fast path beside those of vip-set, e.g 10.0.0.1/32,2001:db8::/64");

    /// <summary>How decided packets go on.</summary>
    public static readonly Option Exit = new(
        "fast-path-exit",
        "How packets leave that the fast path has decided: route, as all do, or redirect, straight to the target's "
            + "link where that is plain, past netfilter. Default; route")
    {
        Values = ValueSet.Of(Route, Redirect),
    };

    private const string Route = "route", Redirect = "redirect";

    /// <summary>Reads what was typed; null for no fast path.</summary>
    /// <exception cref="UsageException">There is no such link, or a block is bad.</exception>
    public static FastPathSettings? Read(Arguments arguments)
    {
        string? vips = arguments.Text(Vips);
        if (arguments.Text(Links) is not { } text)
        {
            var other = vips is not null ? Vips : arguments.Text(Exit) is not null ? Exit : null;
            return other is null ? null : throw new UsageException($"--{other.Name} needs --{Links.Name}");
        }
        string[] names = text.Split(',');
        if (names.Length > FastPathTables.MostLinks)
        {
            throw UsageException.BadValue($"--{Links.Name}", text, $"not more than {FastPathTables.MostLinks} links");
        }
        using var socket = RoutingSocket.Open();
        var known = socket.ReadLinks();
        var links = new List<(string, LinkIndex)>();
        foreach (string name in names.Distinct())
        {
            var link = known.FirstOrDefault(link => link.Name == name)
                ?? throw UsageException.BadValue($"--{Links.Name}", name, "there is no such link");
            links.Add((name, link.Index));
        }
        return new FastPathSettings(links, vips is null ? [] : [.. vips.Split(',').Select(ReadVip)])
        {
            Redirects = ReadExit(arguments.Text(Exit)),
        };
    }

    private static bool ReadExit(string? text) => text switch
    {
        null or Route => false,
        Redirect => true,
        _ => throw UsageException.BadValue($"--{Exit.Name}", text, $"must be {Route} or {Redirect}"),
    };

    private static Cidr ReadVip(string text) => Cidr.TryParse(text, out var block, out string reason)
        ? block
        : throw UsageException.BadValue($"--{Vips.Name}", text, reason);
}

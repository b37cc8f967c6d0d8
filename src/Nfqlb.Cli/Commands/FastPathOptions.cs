using Nfqlb.Cli.CommandLine;
using Nfqlb.Daemon.Settings;
using Nfqlb.Flows;
using Nfqlb.Planning.Model;

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

    /// <summary>Reads what was typed.</summary>
    /// <param name="arguments">What was typed.</param>
    /// <param name="asked">What a document asks for; null for nothing.</param>
    /// <exception cref="UsageException">No link can have such a name, a block is bad, or nobody names a link.
    /// </exception>
    public static FastPathChoice Read(Arguments arguments, DesiredFastPath? asked = null)
    {
        string? links = arguments.Text(Links), vips = arguments.Text(Vips), exit = arguments.Text(Exit);
        if (links is null && asked is null && (vips ?? exit) is not null)
        {
            throw new UsageException($"--{(vips is null ? Exit : Vips).Name} needs --{Links.Name}");
        }
        return new FastPathChoice
        {
            Links = links is null ? null : ReadLinks(links),
            Vips = vips is null ? [] : [.. vips.Split(',').Select(ReadVip)],
            Redirects = exit is null ? null : ReadExit(exit),
        };
    }

    private static string[] ReadLinks(string text)
    {
        string[] links = [.. text.Split(',').Distinct()];
        return DesiredFastPath.ReasonAgainst(links) is var (place, reason)
            ? throw UsageException.BadValue($"--{Links.Name}", place < 0 ? text : links[place], reason)
            : links;
    }

    private static bool ReadExit(string text) => text switch
    {
        Route => false,
        Redirect => true,
        _ => throw UsageException.BadValue($"--{Exit.Name}", text, $"must be {Route} or {Redirect}"),
    };

    private static Cidr ReadVip(string text) => Cidr.TryParse(text, out var block, out string reason)
        ? block
        : throw UsageException.BadValue($"--{Vips.Name}", text, reason);
}

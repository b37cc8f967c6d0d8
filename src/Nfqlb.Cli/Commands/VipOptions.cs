using System.Collections.Immutable;
using Nfqlb.Cli.CommandLine;
using Nfqlb.Flows;
using Nfqlb.Planning.Model;

namespace Nfqlb.Cli.Commands;

/// <summary>What the commands on virtual addresses share.</summary>
internal static class VipOptions
{
    public static readonly Option Vips = new("vips", "Addresses and blocks, with commas") { IsRequired = true };

    /// <summary>The prefixes that are named.</summary>
    public static ImmutableArray<Cidr> Parse(Arguments arguments)
    {
        var prefixes = ImmutableArray.CreateBuilder<Cidr>();
        foreach (string part in arguments.Text(Vips)!.Split(','))
        {
            prefixes.Add(DesiredVip.TryParsePrefix(part, out var prefix, out string reason)
                ? prefix
                : throw UsageException.BadValue("--vips", part, reason));
        }
        return prefixes.ToImmutable();
    }
}

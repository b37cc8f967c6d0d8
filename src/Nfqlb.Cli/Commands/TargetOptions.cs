using Nfqlb.Cli.CommandLine;
using Nfqlb.Packets;
using Nfqlb.Planning.Model;

namespace Nfqlb.Cli.Commands;

/// <summary>What the commands on targets share.</summary>
internal static class TargetOptions
{
    public static readonly Option Name = new("name", "Name of the target");
    public static readonly Option Mark = new("mark", "Fwmark of its packets");
    public static readonly Option Via = new("via", "Its addresses: one of each family, or one");
    public static readonly Option Device =
        new("dev", "The link to it; needed for link-local addresses") { Values = ValueSet.Links };
    public static readonly Option Table = new("table", "Its routing table (default: the mark's number)");

    /// <summary>The slot that --index names; null when it was not given.</summary>
    /// <exception cref="UsageException">The pool has no such slot.</exception>
    public static int? Slot(Arguments arguments, int slots) =>
        arguments.Has(PoolOptions.Index) ? arguments.Number(PoolOptions.Index, 0, 0, slots - 1) : null;

    /// <summary>Complaints about targets by the options that were typed. A table that was not is the mark.</summary>
    public static Func<DesiredState, Diagnostic, string?> WordsFor(Arguments arguments) => (_, complaint) =>
    {
        bool isAboutPool = complaint.Path.StartsWith("pools[", StringComparison.Ordinal);
        var option = complaint.Path[(complaint.Path.LastIndexOf('.') + 1)..] switch
        {
            _ when !isAboutPool => null,
            "name" => Name,
            "slot" => PoolOptions.Index,
            "via" => Via,
            "dev" => Device,
            "table" => arguments.Has(Table) ? Table : Mark,
            "mark" => Mark,
            _ => null,
        };
        return option is not null && arguments.Has(option) ? $"Invalid --{option.Name}: {complaint.Reason}" : null;
    };

    /// <summary>At most one address of each family.</summary>
    public static (Address? Via4, Address? Via6) ParseVia(string text)
    {
        Address? via4 = null;
        Address? via6 = null;
        foreach (string part in text.Split(','))
        {
            if (!Address.TryParse(part, out var address))
            {
                throw UsageException.BadValue("--via", part, "not an address");
            }
            ref var via = ref address.IsIpv4 ? ref via4 : ref via6;
            via = via is null ? address : throw UsageException.BadValue("--via", text, "two addresses of one family");
        }
        return (via4, via6);
    }
}

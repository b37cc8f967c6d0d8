using Nfqlb.Cli.CommandLine;

namespace Nfqlb.Cli.Manual;

/// <summary>What a shell offers for the value of an option or an argument.</summary>
internal static class ValueWords
{
    /// <summary>All words, where they are known beforehand; empty where they are not.</summary>
    public static string Known(ValueSet values, IEnumerable<Command> commands) => string.Join(' ', values.Kind switch
    {
        ValueKind.Word => values.Words,
        ValueKind.Command => commands.Select(command => command.Name),
        _ => [],
    });

    /// <summary>A shell command that prints those there are now, a line each; empty where there is none.</summary>
    public static string ListedBy(ValueKind kind) => kind switch
    {
        ValueKind.Link => "ls /sys/class/net",
        ValueKind.Pool => "ls /dev/shm 2>/dev/null | grep -v -e '^nfqlb-' -e '^ftshm$'",
        ValueKind.Flow => "nfqlb flow-list-names 2>/dev/null | tr -d '[],\" '",
        _ => "",
    };
}

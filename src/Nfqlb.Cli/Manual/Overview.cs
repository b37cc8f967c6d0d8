using System.Text;
using Nfqlb.Cli.CommandLine;

namespace Nfqlb.Cli.Manual;

/// <summary>All commands, a line each.</summary>
internal static class Overview
{
    /// <summary>Begins as the usage of nfqlb 1.2.0 does.</summary>
    public static string Of(IReadOnlyList<CommandGroup> groups)
    {
        int width = groups.SelectMany(group => group.Commands).Max(command => command.Name.Length);
        var text = new StringBuilder("Usage: nfqlb <command> [opt...]\nCommands:\n");
        foreach (var group in groups)
        {
            text.Append($"\n{group.Title}:\n");
            foreach (var command in group.Commands)
            {
                text.Append($"  {command.Name.PadRight(width)}  {command.Summary}\n");
            }
        }
        return text.Append("\nnfqlb help COMMAND shows options and examples; nfqlb man has all of it.").ToString();
    }
}

using Nfqlb.Cli.CommandLine;
using Nfqlb.Planning.Model;

namespace Nfqlb.Cli.Commands;

/// <summary>How routing rules are laid out, as an option.</summary>
internal static class RulesOption
{
    public static readonly Option Rules =
        new("rules", "Rules of targets: tree, by bits of the mark, or flat, one a target in a row")
        {
            Values = ValueSet.Of("tree", "flat"),
        };

    /// <summary>What was typed; null where nothing was.</summary>
    /// <exception cref="UsageException">It is neither tree nor flat.</exception>
    public static RuleLayout? Read(Arguments arguments) => arguments.Text(Rules) switch
    {
        null => null,
        "tree" => RuleLayout.Tree,
        "flat" => RuleLayout.Flat,
        var text => throw UsageException.BadValue($"--{Rules.Name}", text, "must be tree or flat"),
    };
}

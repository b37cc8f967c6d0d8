using Nfqlb.Cli.CommandLine;

namespace Nfqlb.Cli.Commands;

/// <summary>Which bits of marks are nfqlb's, as an option.</summary>
internal static class MarkMaskOption
{
    public static readonly Option MarkMask =
        new("mark-mask", "Bits of the fwmark that are nfqlb's, e.g 0x00ff0000. Others stay as they are")
        {
            Default = "all",
        };

    /// <summary>What was typed; null where nothing was.</summary>
    /// <exception cref="UsageException">It is no mask.</exception>
    public static MarkMask? Read(Arguments arguments)
    {
        if (arguments.Text(MarkMask) is not { } text)
        {
            return null;
        }
        return Nfqlb.MarkMask.TryParse(text, out var mask)
            ? mask
            : throw UsageException.BadValue(
                $"--{MarkMask.Name}", text, "must have at least one of 32 bits, such as 0x00ff0000");
    }

    /// <summary>Refuses a mark that does not fit.</summary>
    /// <param name="option">Names the mark.</param>
    /// <param name="mark">Null for none.</param>
    /// <param name="mask">What it has to fit.</param>
    /// <exception cref="UsageException">It has other bits.</exception>
    public static FirewallMark? Fitting(Option option, FirewallMark? mark, MarkMask mask) =>
        mark is not { } value || mask.Fits(value)
            ? mark
            : throw UsageException.BadValue(
                $"--{option.Name}", $"{value}", $"it has bits outside --{MarkMask.Name} [{mask}]");
}

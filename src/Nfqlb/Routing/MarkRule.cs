namespace Nfqlb.Routing;

/// <summary>A policy routing rule that looks at the mark alone, of either family.</summary>
/// <param name="Priority">Lower goes first; equal ones in the order in which they were added.</param>
/// <param name="Match">Which marks.</param>
/// <param name="Action">What becomes of them.</param>
/// <param name="Argument">The table of a look-up, the priority of a jump; else 0.</param>
public sealed record MarkRule(uint Priority, MarkMatch Match, MarkAction Action, uint Argument = 0)
{
    /// <summary>As `ip rule` writes it.</summary>
    public override string ToString() => $"{Priority}: {Match} " + Action switch
    {
        MarkAction.Lookup => $"lookup {Argument}",
        MarkAction.GoTo => $"goto {Argument}",
        _ => "nop",
    };
}

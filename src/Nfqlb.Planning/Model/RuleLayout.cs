namespace Nfqlb.Planning.Model;

/// <summary>How routing rules are laid out.</summary>
public enum RuleLayout : byte
{
    /// <summary>By bits of the mark: a few steps, however many targets.</summary>
    Tree,

    /// <summary>One a target, in a row, for those whose other tools read them.</summary>
    Flat,
}

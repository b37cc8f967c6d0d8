namespace Nfqlb.Planning.Documents;

/// <summary>What a notation makes of a value: JSON by its tokens, YAML by its core schema.</summary>
internal enum ScalarKind
{
    /// <summary>A key without a value, or null.</summary>
    Nothing,

    /// <summary>True or false.</summary>
    Flag,

    /// <summary>Digits, and what else numbers are made of.</summary>
    Number,

    /// <summary>All else, and everything in quotes.</summary>
    Text,
}

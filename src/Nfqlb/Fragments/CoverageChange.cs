namespace Nfqlb.Fragments;

/// <summary>What a fragment adds to those seen of its packet.</summary>
internal enum CoverageChange : byte
{
    /// <summary>Bytes that had not been seen.</summary>
    Added,

    /// <summary>Nothing: all its bytes had been seen.</summary>
    Duplicate,

    /// <summary>It overlaps another one in part, ends the packet elsewhere, or cannot be.</summary>
    Contradicted,
}

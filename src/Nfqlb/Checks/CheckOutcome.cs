namespace Nfqlb.Checks;

/// <summary>What one check of a target has come to.</summary>
public enum CheckOutcome
{
    /// <summary>It answered as it should.</summary>
    Passed,

    /// <summary>It answered, or somebody on the way did, and not as it should.</summary>
    Failed,

    /// <summary>Nothing came in time.</summary>
    TimedOut,

    /// <summary>The check itself went wrong, which says nothing about the target: no socket, or a late look at the
    /// answer.</summary>
    Inconclusive,
}

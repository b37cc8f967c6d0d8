namespace Nfqlb.EndToEnd.Soak;

/// <summary>What is special about a round.</summary>
internal enum RoundKind
{
    /// <summary>Fragments come, and targets keep their routes.</summary>
    Fragments,

    /// <summary>Targets come and go with their routes.</summary>
    Routes,
}

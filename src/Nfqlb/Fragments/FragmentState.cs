namespace Nfqlb.Fragments;

/// <summary>How far a fragmented packet has come.</summary>
internal enum FragmentState : byte
{
    /// <summary>Later fragments have come, the first one not.</summary>
    Waiting,

    /// <summary>The first fragment has come and got its verdict.</summary>
    Decided,

    /// <summary>Fragments contradicted each other: none passes any more.</summary>
    Poisoned,

    /// <summary>What has come was passed on to another balancer of the tier.</summary>
    PassedOn,

    /// <summary>One of those came back: the packet stays here.</summary>
    Returned,
}

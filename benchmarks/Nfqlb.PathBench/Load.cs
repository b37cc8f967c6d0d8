namespace Nfqlb.PathBench;

/// <summary>How much is sent, and what that shows.</summary>
internal enum Load
{
    /// <summary>As fast as the generator can: the forwarded rate.</summary>
    Overload,

    /// <summary>A rate all contenders can hold: the CPU time a packet.</summary>
    Steady,

    /// <summary>A low rate: the delay of single packets.</summary>
    Calm,
}

/// <summary>The numbers to it.</summary>
internal static class Loads
{
    /// <summary>Packets a second; null for as many as go.</summary>
    public static int? PacketsPerSecond(this Load load) => load switch
    {
        Load.Overload => null,
        Load.Steady => 100_000,
        _ => 1_000,
    };
}

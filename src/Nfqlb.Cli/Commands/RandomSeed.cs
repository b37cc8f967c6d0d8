using Nfqlb.Packets;

namespace Nfqlb.Cli.Commands;

/// <summary>Secrets of one process, so that nobody who sends knows what meets in its tables.</summary>
internal static class RandomSeed
{
    /// <summary>Another one each time.</summary>
    public static HashSeed Draw() => new((ulong)Random.Shared.NextInt64(), (ulong)Random.Shared.NextInt64());
}

using Xunit.Abstractions;

namespace Nfqlb.EndToEnd.Packets;

/// <summary>Randomness that can be had again: each test names its seed, and `SEED=123` repeats it.</summary>
internal static class Seed
{
    public static Random Random(ITestOutputHelper output)
    {
        int seed = Environment.GetEnvironmentVariable("SEED") is { Length: > 0 } text
            ? int.Parse(text)
            : System.Random.Shared.Next();
        output.WriteLine($"SEED={seed}");
        return new Random(seed);
    }
}

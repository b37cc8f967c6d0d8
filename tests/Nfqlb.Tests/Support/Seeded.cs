using FsCheck;
using FsCheck.Fluent;
using Microsoft.FSharp.Core;

namespace Nfqlb.Tests.Support;

/// <summary>Randomness that can be had again: each run has one seed, and every failure names it.</summary>
internal static class Seeded
{
    /// <summary>From the environment (`SEED=123 dotnet test`), else another one each run.</summary>
    private static readonly int Seed =
        Environment.GetEnvironmentVariable("SEED") is { Length: > 0 } text ? int.Parse(text) : Random.Shared.Next();

    /// <summary>A loop of the test's own over random numbers.</summary>
    public static void Run(Action<Random> body) => NamingTheSeed(() => body(new Random(Seed)));

    /// <summary>A property that must hold for all cases; FsCheck draws them.</summary>
    public static void ForAll<T>(Gen<T> cases, Action<T> property, int count = 200) => NamingTheSeed(() =>
    {
        var replay = new Replay(new Rnd((ulong)Seed), FSharpOption<int>.None);
        var config = Config.QuickThrowOnFailure
            .WithMaxTest(count)
            .WithQuietOnSuccess(true)
            .WithReplay(FSharpOption<Replay>.Some(replay));
        Check.One(config, Prop.ForAll(cases.ToArbitrary(), property));
    });

    private static void NamingTheSeed(Action body)
    {
        try
        {
            body();
        }
        catch (Exception e)
        {
            throw new SeededException(Seed, e);
        }
    }
}

/// <summary>A random case failed.</summary>
internal sealed class SeededException(int seed, Exception cause)
    : Exception($"SEED={seed} replays this: {cause.Message}", cause);

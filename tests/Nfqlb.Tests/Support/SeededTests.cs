using FsCheck.Fluent;

namespace Nfqlb.Tests.Support;

/// <summary>The checker itself: it finds a counterexample, and names the seed.</summary>
public class SeededTests
{
    [Fact]
    public void A_property_that_does_not_hold_fails_and_names_the_seed()
    {
        var failure = Assert.Throws<SeededException>(
            () => Seeded.ForAll(Gen.Choose(0, 9), digit => Assert.NotEqual(7, digit)));

        Assert.StartsWith("SEED=", failure.Message);
        Assert.Contains("7", failure.Message);
    }

    [Fact]
    public void A_loop_that_throws_fails_and_names_the_seed() =>
        Assert.StartsWith(
            "SEED=", Assert.Throws<SeededException>(() => Seeded.Run(random => throw new FormatException())).Message);
}

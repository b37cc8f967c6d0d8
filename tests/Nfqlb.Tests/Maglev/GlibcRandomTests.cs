using Nfqlb.Maglev;
using Nfqlb.Tests.Support;

namespace Nfqlb.Tests.Maglev;

/// <summary>The generator against the C library it copies. The only test that touches the library's state.</summary>
public class GlibcRandomTests
{
    [Fact]
    public void Gives_what_rand_gives_when_unseeded()
    {
        // POSIX: unseeded is the same as seeded with 1. The largest pool draws 131,070 numbers.
        const int Numbers = 200_000;
        LibC.srand(1);
        var random = new GlibcRandom();
        for (int i = 0; i < Numbers; i++)
        {
            Assert.Equal(LibC.rand(), random.Next());
        }
    }

    [Fact]
    public void Starts_with_the_numbers_everybody_knows()
    {
        var random = new GlibcRandom();
        Assert.Equal([1804289383, 846930886, 1681692777], [random.Next(), random.Next(), random.Next()]);
    }
}

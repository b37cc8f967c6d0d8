using Nfqlb.Fragments;
using Nfqlb.Packets;
using Nfqlb.Tests.Support;

namespace Nfqlb.Tests.Fragments;

/// <summary>The ranges say what an array of booleans says.</summary>
public class CoverageTests
{
    /// <summary>The plain way: a mark a byte.</summary>
    private sealed class Bitmap
    {
        private readonly bool[] _seen = new bool[70_000];
        private int? _total;

        public bool IsComplete => _total is { } total && _seen[..total].All(seen => seen);

        public int Ranges => _seen.Where((seen, i) => seen && (i == 0 || !_seen[i - 1])).Count();

        public CoverageChange Add(Fragment fragment)
        {
            if (fragment.Length <= 0 || fragment.End > 65_535 || (!fragment.IsLast && fragment.Length % 8 != 0))
            {
                return CoverageChange.Contradicted;
            }
            int furthest = Array.LastIndexOf(_seen, true) + 1;
            int end = _total ?? fragment.End;
            if (fragment.IsLast ? furthest > fragment.End || end != fragment.End : end < fragment.End)
            {
                return CoverageChange.Contradicted;
            }
            var bytes = _seen.AsSpan(fragment.Offset, fragment.Length);
            if (!bytes.Contains(false))
            {
                return CoverageChange.Duplicate;
            }
            if (bytes.Contains(true))
            {
                return CoverageChange.Contradicted;
            }
            bytes.Fill(true);
            _total = fragment.IsLast ? fragment.End : _total;
            return CoverageChange.Added;
        }
    }

    [Fact]
    public void Random_pieces_are_seen_as_the_bitmap_sees_them() => Seeded.Run(random =>
    {
        var seen = new HashSet<CoverageChange>();
        int complete = 0;
        for (int round = 0; round < 3_000; round++)
        {
            var coverage = new Coverage();
            var bitmap = new Bitmap();
            int units = random.Next(1, 24);
            for (int i = 0; i < 30; i++)
            {
                // Mostly pieces of one cut, so that packets become whole; sometimes pieces that lie.
                int at = random.Next(units);
                var fragment = random.Next(20) == 0
                    ? Piece(random.Next(-8, 200), random.Next(-8, 200), random.Next(2) == 0)
                    : Piece(at * 8, at == units - 1 ? 5 : 8, at == units - 1);
                fragment = fragment.Offset < 0 ? Piece(0, 8, false) : fragment;
                var expected = bitmap.Add(fragment);
                Assert.Equal(expected, coverage.Add(fragment));
                Assert.Equal(bitmap.IsComplete, coverage.IsComplete);
                seen.Add(expected);
            }
            complete += coverage.IsComplete ? 1 : 0;
        }
        Assert.Equal(3, seen.Count);
        Assert.NotEqual(0, complete);
    });

    [Theory]
    [InlineData(1480)] // Ethernet
    [InlineData(1232)] // the smallest MTU of IPv6
    [InlineData(552)] // what every host of IPv4 takes
    public void Every_order_of_the_longest_packet_in_usual_fragments_fits(int fragmentBytes) => Seeded.Run(random =>
    {
        const int PayloadBytes = 65_515;
        int count = (PayloadBytes + fragmentBytes - 1) / fragmentBytes;
        var pieces = Enumerable.Range(0, count).Select(i => Piece(
            i * fragmentBytes, Math.Min(fragmentBytes, PayloadBytes - i * fragmentBytes), i == count - 1)).ToArray();
        // The most gaps there can be: every other one is late.
        AssertFits([.. pieces.Where((_, i) => i % 2 == 0), .. pieces.Where((_, i) => i % 2 == 1)]);
        for (int round = 0; round < 300; round++)
        {
            random.Shuffle(pieces);
            AssertFits(pieces);
        }
    });

    private static void AssertFits(Fragment[] pieces)
    {
        var coverage = new Coverage();
        Assert.All(pieces, piece => Assert.Equal(CoverageChange.Added, coverage.Add(piece)));
        Assert.True(coverage.IsComplete);
    }

    [Fact]
    public void More_gaps_than_there_is_room_for_contradict_but_those_that_close_one_do_not()
    {
        var coverage = new Coverage();
        for (int i = 0; i < Coverage.MostRanges; i++)
        {
            Assert.Equal(CoverageChange.Added, coverage.Add(Piece(i * 16, 8, false)));
        }
        Assert.Equal(CoverageChange.Contradicted, coverage.Add(Piece(16 * Coverage.MostRanges, 8, false)));
        Assert.Equal(CoverageChange.Added, coverage.Add(Piece(8, 8, false)));
        Assert.Equal(CoverageChange.Added, coverage.Add(Piece(16 * Coverage.MostRanges, 8, false)));
    }

    [Theory]
    [InlineData(0, 0, true)] // empty
    [InlineData(8, -4, true)] // the header says less than it is long
    [InlineData(0, 12, false)] // cut at an odd place
    [InlineData(65_528, 8, true)] // ends at 65,536
    public void Pieces_that_cannot_be_contradict(int offset, int length, bool isLast)
    {
        var coverage = new Coverage();
        Assert.Equal(CoverageChange.Contradicted, coverage.Add(Piece(offset, length, isLast)));
        Assert.Equal(CoverageChange.Added, coverage.Add(Piece(65_528, 7, true)));
    }

    private static Fragment Piece(int offset, int length, bool isLast) =>
        new() { Offset = offset, Length = length, IsLast = isLast };
}

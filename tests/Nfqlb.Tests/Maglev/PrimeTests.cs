using System.Collections;
using Nfqlb.Maglev;

namespace Nfqlb.Tests.Maglev;

/// <summary>Primes against the sieve of Eratosthenes.</summary>
public class PrimeTests
{
    [Fact]
    public void The_prime_at_or_below_every_limit_is_the_one_of_the_sieve()
    {
        const int Limit = 30_000;
        var sieve = Sieve(Prime.HighestLimit);
        int below = 2;
        for (int limit = 2; limit <= Prime.HighestLimit; limit++)
        {
            below = sieve[limit] ? limit : below;

            // All small limits, and in between only where the answer changes: the rest costs time and says nothing.
            if (limit < Limit || limit % 101 == 0 || limit > Prime.HighestLimit - 100)
            {
                Assert.Equal(below, Prime.AtOrBelow(limit));
            }
        }
    }

    [Theory]
    [InlineData(2, 2)]
    [InlineData(10_000, 9_973)] // recorded
    [InlineData(994_009, 993_997)] // 997², the highest limit, is no prime itself
    [InlineData(994_010, 993_997)]
    [InlineData(int.MaxValue, 993_997)]
    public void Edges(int limit, int prime) => Assert.Equal(prime, Prime.AtOrBelow(limit));

    [Theory]
    [InlineData(1)]
    [InlineData(0)]
    [InlineData(int.MinValue)]
    public void There_is_none_below_2(int limit) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => Prime.AtOrBelow(limit));

    private static BitArray Sieve(int limit)
    {
        var isPrime = new BitArray(limit + 1, true) { [0] = false, [1] = false };
        for (int prime = 2; (long)prime * prime <= limit; prime++)
        {
            for (int multiple = prime * prime; isPrime[prime] && multiple <= limit; multiple += prime)
            {
                isPrime[multiple] = false;
            }
        }
        return isPrime;
    }
}

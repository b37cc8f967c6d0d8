namespace Nfqlb.Maglev;

/// <summary>The order in which a slot wants the entries of a table: (Offset + j * Skip) mod M, j = 0, 1, 2, …</summary>
/// <remarks>With M prime and 0 &lt; Skip &lt; M this visits every entry once. Maglev paper (NSDI 2016), §3.4.</remarks>
/// <param name="Offset">0 to M - 1.</param>
/// <param name="Skip">1 to M - 1.</param>
public readonly record struct Permutation(int Offset, int Skip)
{
    /// <summary>The permutations of slots 0, 1, 2, … of every pool with this table size, as nfqlb 1.2.0 draws
    /// them, so that old and new balancers agree.</summary>
    /// <param name="random">A sequence at its start.</param>
    /// <param name="tableSize">M, a prime of at least 3.</param>
    /// <param name="permutations">One for each slot of the pool.</param>
    public static void Draw(GlibcRandom random, int tableSize, Span<Permutation> permutations)
    {
        foreach (ref var permutation in permutations)
        {
            int offset = random.Next() % tableSize;
            int skip = random.Next() % (tableSize - 1) + 1;
            permutation = new Permutation(offset, skip);
        }
    }
}

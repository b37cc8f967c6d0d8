namespace Nfqlb.Maglev;

/// <summary>The numbers that glibc's rand(3) gives when nobody has seeded it.</summary>
/// <remarks>
/// The tables of nfqlb 1.2.0 hang on them, so they are part of the contract. An additive feedback generator,
/// r[i] = r[i-3] + r[i-31], whose first 31 numbers come from a Lehmer generator with seed 1, whose next 3 repeat
/// the first 3, and whose next 310 are thrown away (random(3), TYPE_3).
/// </remarks>
public sealed class GlibcRandom
{
    private const int Degree = 31;
    private const int Separation = 3;
    private const int Discarded = 310;

    private readonly uint[] _state = new uint[Degree];
    private int _oldest = Separation;

    /// <summary>Starts the sequence anew.</summary>
    public GlibcRandom()
    {
        long lehmer = 1;
        for (int i = 0; i < Degree; i++)
        {
            _state[i] = (uint)lehmer;
            lehmer = lehmer * 16807 % int.MaxValue;
        }
        for (int i = 0; i < Discarded; i++)
        {
            Next();
        }
    }

    /// <summary>The next number, 0 to 2,147,483,647.</summary>
    public int Next()
    {
        int separated = (_oldest + Degree - Separation) % Degree;
        uint sum = unchecked(_state[_oldest] + _state[separated]);
        _state[_oldest] = sum;
        _oldest = (_oldest + 1) % Degree;
        return (int)(sum >> 1);
    }
}

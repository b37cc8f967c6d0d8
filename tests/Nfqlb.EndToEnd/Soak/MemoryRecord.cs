using Nfqlb.EndToEnd.Lab;

namespace Nfqlb.EndToEnd.Soak;

/// <summary>How much memory a balancer had, time after time, once its first minute was over.</summary>
/// <remarks>
/// The collected heap grows and is collected, so two moments say little. Whether there is a leak is told by the means
/// of the first and the second half of all that was seen.
/// </remarks>
internal sealed class MemoryRecord
{
    private const int FewestSamples = 10, MostGrowthKilobytes = 5_000;

    /// <summary>A balancer that was started has everything in memory by then.</summary>
    private static readonly TimeSpan WarmUp = TimeSpan.FromMinutes(1);

    private readonly List<int> _resident = [], _anonymous = [];
    private BackgroundProcess? _balancer;

    /// <summary>Looks once more. Another balancer than before begins another record.</summary>
    /// <param name="balancer">The one that runs now.</param>
    /// <param name="age">How long it does.</param>
    /// <returns>In words.</returns>
    public string Look(BackgroundProcess balancer, TimeSpan age)
    {
        if (balancer != _balancer)
        {
            _balancer = balancer;
            _resident.Clear();
            _anonymous.Clear();
        }
        int resident = ResidentMemory.OfKilobytes(balancer);
        int anonymous = ResidentMemory.AnonymousOfKilobytes(balancer);
        if (age > WarmUp)
        {
            _resident.Add(resident);
            _anonymous.Add(anonymous);
        }
        return $"{resident} KB resident, {anonymous} of them anonymous";
    }

    /// <summary>Fails when there is more and more; a short run proves nothing.</summary>
    /// <returns>In words.</returns>
    public string CheckThatItIsFlat() => _resident.Count < FewestSamples
        ? "too short to judge memory"
        : $"resident {Check(_resident)}; anonymous {Check(_anonymous)}";

    private static string Check(List<int> samples)
    {
        int half = samples.Count / 2;
        double early = samples.Take(half).Average(), late = samples.Skip(half).Average();
        string told = $"{early:f0} KB in the first half, {late:f0} in the second, "
            + $"{samples[0]} at first, {samples[^1]} at last, {samples.Max()} at most";
        Assert.True(late < early + MostGrowthKilobytes, told);
        return told;
    }
}

using Nfqlb.PathBench.Measuring;

namespace Nfqlb.PathBench.Results;

/// <summary>All samples of a run, be it just measured or read from a file.</summary>
internal sealed class RunResult(string machine, DateTime time, Plan plan, IReadOnlyList<Participant> contenders)
{
    /// <summary>The kernel alone, without a queue.</summary>
    public const string Kernel = "kernel";

    /// <summary>The contender that decides in the kernel.</summary>
    public const string FastPath = "fast path";

    /// <summary>The one that sends from there too.</summary>
    public const string Redirect = "redirect";

    /// <summary>The contender that is to be reached.</summary>
    public const string Ceiling = "ceiling";

    /// <summary>The contender that is to be left behind.</summary>
    public const string Floor = "floor";

    /// <summary>The contender it is about.</summary>
    public const string Ours = "nfqlb";

    private readonly Dictionary<(Scenario, Load, string), List<Sample>> _samples = [];

    /// <summary>What it was measured on.</summary>
    public string Machine => machine;

    /// <summary>When it began.</summary>
    public DateTime Time => time;

    /// <summary>What was measured.</summary>
    public Plan Plan => plan;

    /// <summary>In the order of measuring.</summary>
    public IReadOnlyList<Participant> Contenders => contenders;

    /// <summary>Adds the next round's sample.</summary>
    public void Add(Scenario scenario, Load load, string contender, Sample sample)
    {
        var key = (scenario, load, contender);
        if (!_samples.TryGetValue(key, out var samples))
        {
            _samples[key] = samples = [];
        }
        samples.Add(sample);
    }

    /// <summary>The samples by round; none when this was not measured.</summary>
    public IReadOnlyList<Sample> Samples(Scenario scenario, Load load, string contender) =>
        _samples.GetValueOrDefault((scenario, load, contender)) ?? [];

    /// <summary>A figure over the rounds.</summary>
    public Spread? Figure(Scenario scenario, Load load, string contender, Func<Sample, double?> figure) =>
        Spread.Of(Samples(scenario, load, contender).Select(figure));

    /// <summary>A figure as a multiple of another one of the same round.</summary>
    public Spread? Ratio(
        (Scenario Scenario, string Contender) of, (Scenario Scenario, string Contender) to, Load load,
        Func<Sample, double?> figure) =>
        Spread.Of(Samples(of.Scenario, load, of.Contender).Zip(
            Samples(to.Scenario, load, to.Contender), (a, b) => figure(a) / figure(b)));

    /// <summary>One busy queue, or what is measured first, in a few words: to see how the rounds go.</summary>
    public string Headline(int round)
    {
        var scenario = Plan.Points.Any(point => point.Scenario == Plan.Base) ? Plan.Base : Plan.Points[0].Scenario;
        return string.Join("   ",
            from contender in contenders
            let samples = Samples(scenario, Load.Overload, contender.Name)
            where samples.Count > round
            select $"{contender.Name} {samples[round].PacketsPerSecond / 1000:F0}k/s");
    }
}

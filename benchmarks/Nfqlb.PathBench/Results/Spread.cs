namespace Nfqlb.PathBench.Results;

/// <summary>A value over the rounds.</summary>
internal readonly record struct Spread(double Median, double Mean, double Min, double Max)
{
    /// <summary>Of those rounds in which there was a value; null when there was none.</summary>
    public static Spread? Of(IEnumerable<double?> values)
    {
        double[] sorted = [.. values.OfType<double>().Where(double.IsFinite).Order()];
        if (sorted.Length == 0)
        {
            return null;
        }
        int middle = sorted.Length / 2;
        double median = sorted.Length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
        return new Spread(median, sorted.Average(), sorted[0], sorted[^1]);
    }
}

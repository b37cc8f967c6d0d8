namespace Nfqlb.Cli.Health;

/// <summary>Are the pools there, and is anybody in them?</summary>
internal static class PoolCheck
{
    private const string Area = "pools";

    /// <param name="pools">Those that matter.</param>
    public static IEnumerable<Finding> Findings(IReadOnlyList<PoolState> pools)
    {
        int fine = 0, targets = 0, slots = 0;
        var wrong = new List<Finding>();
        foreach (var pool in pools)
        {
            if (pool.Trouble.Length > 0)
            {
                string make = pool.IsWanted ? Finding.ApplyAgain : $"nfqlb init --shm={pool.Name}";
                wrong.Add(Finding.Bad(Area, $"[{pool.Name}] {pool.Trouble}", make));
            }
            else if (pool.Targets == 0 && pool.HasFlow)
            {
                wrong.Add(Finding.Bad(
                    Area, $"[{pool.Name}] has no targets: packets of its flows are dropped",
                    pool.IsWanted ? null : $"nfqlb activate --shm={pool.Name} MARK"));
            }
            else
            {
                fine++;
                targets += pool.Targets;
                slots += pool.Slots;
            }
        }
        if (fine > 0)
        {
            yield return Finding.Ok(Area, $"{fine} fine, {targets} of {slots} slots filled");
        }
        else if (wrong.Count == 0)
        {
            yield return Finding.Warn(Area, "none is asked for, and no flow leads to one");
        }
        foreach (var finding in wrong)
        {
            yield return finding;
        }
    }
}

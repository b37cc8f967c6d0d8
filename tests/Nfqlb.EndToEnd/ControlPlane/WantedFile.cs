using System.Text;

namespace Nfqlb.EndToEnd.ControlPlane;

/// <summary>A file for `apply`, and what it asks for.</summary>
internal sealed record WantedFile
{
    public string Rules { get; init; } = "tree";

    /// <summary>As they stand behind `queues:`.</summary>
    public string Queues { get; init; } = "{range: \"0:3\"}";

    public IReadOnlyList<string> Vips { get; init; } = [];

    /// <summary>Of those VIPs; 0 for none.</summary>
    public int EgressTable { get; init; }

    public IReadOnlyList<WantedPool> Pools { get; init; } = [];

    /// <summary>Each as it stands behind the dash.</summary>
    public IReadOnlyList<string> Flows { get; init; } = [];

    /// <summary>As they stand behind `links:`.</summary>
    public string Links { get; init; } = "";

    /// <summary>The targets by their marks.</summary>
    public IReadOnlyDictionary<int, WantedTarget> Targets =>
        Pools.SelectMany(pool => pool.Targets).DistinctBy(target => target.Mark).ToDictionary(target => target.Mark);

    public override string ToString()
    {
        var text = new StringBuilder($"rules: {Rules}\nqueues: {Queues}\nvips:{(Vips.Count > 0 ? "" : " []")}\n");
        foreach (string vip in Vips)
        {
            text.AppendLine($"  - prefix: \"{vip}\"");
            text.Append(EgressTable > 0 ? $"    egress_table: {EgressTable}\n" : "");
        }
        text.AppendLine(Pools.Count > 0 ? "pools:" : "pools: []");
        foreach (WantedPool pool in Pools)
        {
            text.AppendLine($"  - name: {pool.Name}\n    M: {pool.M}\n    N: {pool.N}");
            text.AppendLine(pool.Targets.Count > 0 ? "    targets:" : "    targets: []");
            foreach (WantedTarget target in pool.Targets)
            {
                string via = string.Join(", ", target.Via.Split(',').Select(address => $"\"{address}\""));
                text.AppendLine($"      - {{slot: {target.Slot}, mark: {target.Mark}, via: [{via}]}}");
            }
        }
        text.AppendLine(Flows.Count > 0 ? "flows:" : "flows: []");
        foreach (string flow in Flows)
        {
            text.AppendLine($"  - {flow}");
        }
        text.Append(Links.Length > 0 ? $"links: {Links}\n" : "");
        return text.ToString();
    }
}

/// <summary>A pool of a <see cref="WantedFile"/>.</summary>
internal sealed record WantedPool(string Name, int M, int N, IReadOnlyList<WantedTarget> Targets);

/// <summary>A target of a <see cref="WantedPool"/>.</summary>
/// <param name="Via">One address, or two with a comma.</param>
internal sealed record WantedTarget(int Slot, int Mark, string Via);

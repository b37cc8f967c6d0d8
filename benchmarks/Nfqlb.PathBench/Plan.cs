using Nfqlb.PathBench.Lab;

namespace Nfqlb.PathBench;

/// <summary>What is measured, and for how long.</summary>
/// <param name="Rounds">Every round measures each contender once.</param>
/// <param name="Window">How long a contender is measured in a round.</param>
/// <param name="Points">In this order.</param>
internal sealed record Plan(int Rounds, TimeSpan Window, IReadOnlyList<(Scenario Scenario, Load[] Loads)> Points)
{
    /// <summary>One busy queue: what all others are compared with.</summary>
    public static readonly Scenario Base = new(Flows: 1, Targets: 4);

    /// <summary>No core is left over: each sends, takes in and decides. A queue has as many workers.</summary>
    public static readonly Scenario AllCores = Base with { Queues = Cores.Count, Senders = Cores.Count };

    /// <summary>Twenty-five minutes. On a machine that others share, many short rounds say more than few long ones:
    /// what is compared lies closer together.</summary>
    public static Plan Full { get; } = new(Rounds: 15, Window: TimeSpan.FromSeconds(0.5),
    [
        // What is compared with each other stands together, so that it meets the same minute.
        (Base with { Flows = 10_000 }, [Load.Overload]),
        (Base, [Load.Overload]),
        (Base with { Targets = 1_000, Layout = MarkLayout.Tree }, [Load.Overload]),
        (Base with { Flows = 100 }, [Load.Overload]),
        (Base with { Flows = 1_000 }, [Load.Overload]),
        (Base with { Targets = 100 }, [Load.Overload]),
        (Base with { Targets = 1_000 }, [Load.Overload]),
        (Base with { Layout = MarkLayout.Tree }, [Load.Overload]),
        (Base with { Targets = 100, Layout = MarkLayout.Tree }, [Load.Overload]),
        (Base with { Queues = 4 }, [Load.Overload]),
        (AllCores, [Load.Overload]),
        (AllCores with { Flows = 10_000 }, [Load.Overload]),
        (Base, [Load.Steady, Load.Calm]),
        (Base with { Flows = 10_000 }, [Load.Steady]),
        (Base with { Targets = 1_000, Layout = MarkLayout.Tree }, [Load.Steady]),
        .. Levers,
    ]);

    /// <summary>The ends of each line and the levers, three minutes.</summary>
    public static Plan Quick { get; } = new(Rounds: 2, Window: TimeSpan.FromSeconds(0.5),
    [
        (Base, [Load.Overload, Load.Steady, Load.Calm]),
        (Base with { Flows = 1_000 }, [Load.Overload]),
        (Base with { Targets = 1_000 }, [Load.Overload]),
        (Base with { Targets = 1_000, Layout = MarkLayout.Tree }, [Load.Overload]),
        (AllCores, [Load.Overload]),
        .. Levers,
    ]);

    /// <summary>The points with this in their name; all of them without one.</summary>
    public Plan Only(string? name) => this with
    {
        Points = [.. Points.Where(point => point.Scenario.ToString().Contains(name ?? "", StringComparison.Ordinal))],
    };

    /// <summary>What an operator may set to make packets cheaper or dearer, each beside its opposite.</summary>
    private static IEnumerable<(Scenario Scenario, Load[] Loads)> Levers =>
    [
        (Base with { Traffic = Traffic.Bulk }, [Load.Steady]),
        (Base with { Traffic = Traffic.BulkTogether }, [Load.Steady]),
        (Base with { Place = WorkerPlace.Anywhere }, [Load.Steady]),
        (Base with { Place = WorkerPlace.Receiving }, [Load.Steady]),
        (Base with { Drain = Drain.Off }, [Load.Steady]),
        (Base with { Drain = Drain.Idle }, [Load.Steady]),
        (Base with { Drain = Drain.Running }, [Load.Steady]),
    ];

    /// <summary>The most targets of any point.</summary>
    public int MostTargets => Points.Max(point => point.Scenario.Targets);
}

using System.Globalization;
using Nfqlb.Maglev;
using Nfqlb.Planning.Objects;

namespace Nfqlb.Cli.Top;

/// <summary>Rates as tables of the screen, the first rows of each.</summary>
internal static class Sections
{
    private const string Unknown = "-";

    private static readonly Column[] Health =
    [
        new("HEALTH", 2, IsNumber: false), new("SINCE", 7, IsNumber: false), new("CHECK", 5),
        new("LAST ERROR", 7, IsNumber: false),
    ];

    private const int BarCells = 10;

    /// <summary>Queues, and what is lost there.</summary>
    public static Section Queues(Rates rates, int most)
    {
        Column[] columns =
        [
            new("QUEUE", 0, IsNumber: false), new("PACKETS/S", 1), new("BACKLOG", 3), new("QUEUE FULL", 2),
            new("SOCKET FULL", 2), new("VERDICT DROP", 4),
        ];
        var rows = new List<Cell[]>();
        for (int i = 0; i < Math.Min(most, rates.Queues.Count); i++)
        {
            var queue = rates.Queues[i];
            rows.Add(
            [
                $"{queue.Number}", Rate(queue.Packets), queue.Backlog is { } waiting ? Count(waiting) : Unknown,
                Loss(queue.QueueFull), Loss(queue.SocketFull), Loss(queue.Dropped),
            ]);
        }
        return new Section(columns, rows);
    }

    /// <summary>Targets: what they get against what they should.</summary>
    public static Section Targets(Rates rates, int most)
    {
        bool areChecked = rates.Targets.Any(rate => rate.Target.Verdict is not null);
        Column[] columns =
        [
            new(Heading("TARGET", most, rates.Targets.Count), 0, IsNumber: false), new("SLOT", 5), new("MARK", 4),
            new("PACKETS/S", 1), new("SHARE", 2), new("IDEAL", 3), new("", 6, IsNumber: false),
            .. areChecked ? Health : [],
        ];
        var rows = new List<Cell[]>();
        for (int i = 0; i < Math.Min(most, rates.Targets.Count); i++)
        {
            var rate = rates.Targets[i];
            var target = rate.Target;
            rows.Add(
            [
                $"{target.Pool}/{target.Name ?? Text($"{target.Slot}")}", $"{target.Slot}",
                target.Mark < 0 ? Unknown : $"{target.Mark}", Rate(rate.Packets), Percent(rate.Share),
                Percent(target.Share), Bar(rate.Share, target.Share),
                .. areChecked ? HealthOf(target.Verdict) : [],
            ]);
        }
        return new Section(columns, rows);
    }

    /// <summary>What checks say of a target, and why.</summary>
    private static Cell[] HealthOf(TargetVerdict? verdict) => verdict is null ? [Unknown, Unknown, Unknown, ""] :
    [
        new(
            PoolWords.Of(verdict.Health) + (verdict.IsUsedAnyway ? ", used" : "")
                + (verdict.Ramp.IsWhole ? "" : $", {verdict.Ramp}"),
            verdict.Health == TargetHealth.Bad),
        verdict.Since ?? Unknown,
        verdict.Latency is { } latency ? Text($"{latency.TotalMilliseconds:F1} ms") : Unknown,
        PlainText.Visible(verdict.Error),
    ];

    /// <summary>Flows.</summary>
    public static Section Flows(Rates rates, int most)
    {
        Column[] columns =
        [
            new(Heading("FLOW", most, rates.Flows.Count), 0, IsNumber: false), new("PACKETS/S", 1),
            new("PACKETS", 3), new("POOL", 2, IsNumber: false),
        ];
        var rows = new List<Cell[]>();
        for (int i = 0; i < Math.Min(most, rates.Flows.Count); i++)
        {
            var rate = rates.Flows[i];
            rows.Add([rate.Flow.Name, Rate(rate.Packets), Count(rate.Packets.Total), rate.Flow.Pool]);
        }
        return new Section(columns, rows);
    }

    /// <summary>Whole numbers with commas, small ones with a decimal.</summary>
    public static string Rate(Counted counted) => counted.PerSecond is > 0 and < 10
        ? Text($"{counted.PerSecond:F1}")
        : Text($"{counted.PerSecond:N0}");

    /// <summary>A count so far, and how fast it grows, if it does.</summary>
    public static Cell Loss(Counted? counted) => counted is not { } known
        ? Unknown
        : known.PerSecond > 0
            ? new Cell($"{Count(known.Total)} +{Rate(known)}/s", IsAlarm: true)
            : Count(known.Total);

    private static string Heading(string name, int shown, int all) => shown < all ? $"{name} ({shown} of {all})" : name;

    private static string Count(long count) => Text($"{count:N0}");

    private static string Percent(double? share) => share is { } part ? Text($"{100 * part:F1} %") : Unknown;

    /// <summary>The share in units of the ideal one, which is half of the room.</summary>
    private static string Bar(double? share, double? ideal)
    {
        if (share is not { } part || ideal is not > 0)
        {
            return "";
        }
        int cells = (int)Math.Min(BarCells, Math.Round(part / ideal.Value * BarCells / 2));
        return new string('#', cells).PadRight(BarCells / 2, '.');
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}

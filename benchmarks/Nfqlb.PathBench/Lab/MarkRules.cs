using System.Text;

namespace Nfqlb.PathBench.Lab;

/// <summary>How marks find their routing tables.</summary>
internal enum MarkLayout
{
    /// <summary>A rule a target, in a row: what people write. The kernel walks half of them a packet.</summary>
    Flat,

    /// <summary>Rules that look at two bits of the mark each and jump: a few steps, however many targets.</summary>
    Tree,
}

/// <summary>The policy routing rules of the balancer.</summary>
internal sealed class MarkRules
{
    private const int FirstPreference = 1000;
    private const int MainPreference = 32766;
    private const int Branches = 4;

    private readonly List<int> _preferences = [];
    private (int Targets, MarkLayout Layout) _current;

    /// <summary>Replaces the rules.</summary>
    public void Use(int targets, MarkLayout layout)
    {
        if (_current == (targets, layout))
        {
            return;
        }
        var lines = new StringBuilder();
        foreach (int preference in _preferences)
        {
            lines.AppendLine($"rule del pref {preference}");
        }
        _preferences.Clear();
        foreach (var (preference, rule) in layout == MarkLayout.Flat ? Flat(targets) : Tree(targets))
        {
            lines.AppendLine($"rule add pref {preference} {rule}");
            _preferences.Add(preference);
        }
        Command.Feed(lines.ToString(), "ip", "-batch", "-");
        _current = (targets, layout);
    }

    private static IEnumerable<(int Preference, string Rule)> Flat(int targets)
    {
        for (int target = 0; target < targets; target++)
        {
            yield return (FirstPreference + target, Leaf(target));
        }
    }

    /// <summary>Level by level, so that every jump goes forward, as the kernel demands.</summary>
    private static IEnumerable<(int Preference, string Rule)> Tree(int targets)
    {
        int whole = Branches;
        while (whole < targets)
        {
            whole *= Branches;
        }
        yield return (FirstPreference, $"not fwmark {Masked(0, whole)} goto {MainPreference}");

        int preference = FirstPreference + 1;
        int free = preference + Branches;
        var groups = new Queue<(int Preference, int First, int Size)>([(preference, 0, whole / Branches)]);
        while (groups.TryDequeue(out var group))
        {
            for (int branch = 0; branch < Branches; branch++)
            {
                int first = group.First + branch * group.Size;
                if (first >= targets)
                {
                    break;
                }
                if (group.Size == 1)
                {
                    yield return (group.Preference + branch, Leaf(first));
                    continue;
                }
                yield return (group.Preference + branch, $"fwmark {Masked(first, group.Size)} goto {free}");
                groups.Enqueue((free, first, group.Size / Branches));
                free += Branches;
            }
        }
    }

    private static string Leaf(int target) => $"fwmark {Network.MarkOf(target)} table {Network.MarkOf(target)}";

    private static string Masked(int firstTarget, int size) =>
        $"0x{Network.MarkOf(firstTarget):x}/0x{uint.MaxValue - (uint)size + 1:x}";
}

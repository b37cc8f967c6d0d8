using System.Text;

namespace Nfqlb.PathBench.Lab;

/// <summary>How marks find their routing tables.</summary>
internal enum MarkLayout
{
    /// <summary>A rule a target, in a row: what people write. The kernel walks half of them a packet.</summary>
    Flat,

    /// <summary>Rules that look at some bits of the mark each and jump: few steps, however many targets.</summary>
    Tree,
}

/// <summary>The policy routing of the marks, laid by `nfqlb apply` as users have it laid.</summary>
/// <param name="program">Our nfqlb.</param>
/// <param name="most">The most targets that will be used.</param>
internal sealed class MarkRules(string program, int most)
{
    private (int Targets, MarkLayout Layout) _current;

    /// <summary>Replaces the rules.</summary>
    public void Use(int targets, MarkLayout layout)
    {
        if (_current == (targets, layout))
        {
            return;
        }
        Command.Feed(Document(targets, layout), program, "apply", "-f", "-");
        _current = (targets, layout);
    }

    /// <summary>A pool that nobody looks up: it is there for its routing.</summary>
    private string Document(int targets, MarkLayout layout)
    {
        var text = new StringBuilder();
        text.AppendLine($"rules: {(layout == MarkLayout.Flat ? "flat" : "tree")}");
        text.AppendLine($"pools: [{{name: routing, M: 9973, N: {most}, targets: [");
        for (int target = 0; target < targets; target++)
        {
            text.AppendLine(
                $"  {{slot: {target}, mark: {Network.MarkOf(target)}, via: {Network.AddressOf(target)}}},");
        }
        return text.AppendLine("]}]").ToString();
    }
}

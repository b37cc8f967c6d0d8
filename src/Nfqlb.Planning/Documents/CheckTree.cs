using Nfqlb.Checks;
using Nfqlb.Planning.Model;

namespace Nfqlb.Planning.Documents;

/// <summary>A check as a tree, to be written down.</summary>
internal static class CheckTree
{
    /// <summary>Null for what is not said.</summary>
    public static DocumentNode? Of(DesiredCheck? check) => check switch
    {
        null => null,
        { IsNone: true } => ScalarNode.Of(CheckReader.None),
        _ => new TreeMap()
            .Add("type", check.Kind is { } kind ? ScalarNode.Of(CheckWords.Of(kind)) : null)
            .Add("port", check.Port is { } port ? ScalarNode.Of(port) : null)
            .Add("to", Of(check.To))
            .Add("interval", check.Interval is { } interval ? ScalarNode.Of(Duration.Text(interval)) : null)
            .Add("timeout", check.Timeout is { } timeout ? ScalarNode.Of(Duration.Text(timeout)) : null)
            .Add("rise", check.Rise is { } rise ? ScalarNode.Of(rise) : null)
            .Add("fall", check.Fall is { } fall ? ScalarNode.Of(fall) : null)
            .Add("when_bad", check.KeepsWhileBad is { } keeps
                ? ScalarNode.Of(keeps ? CheckWords.Drain : CheckWords.Move)
                : null)
            .Add("path", Text(check.Path))
            .Add("host", Text(check.Host))
            .Add("status", Text(check.Statuses?.Text))
            .Add("body", Text(check.Body))
            .Add("verify", check.Verifies is { } verifies ? ScalarNode.Of(verifies) : null)
            .Add("ca", Text(check.Authority))
            .Add("payload", Text(check.Payload?.Text))
            .Add("answer", Text(check.Answer?.Text))
            .Add("command", Of(check.Command))
            .Node,
    };

    private static DocumentNode? Of(CheckDestination? to)
    {
        if (to is null)
        {
            return null;
        }
        var items = new List<DocumentNode>(2);
        if (to.Vip4 is { } vip4)
        {
            items.Add(ScalarNode.Of(vip4.ToPlainString()));
        }
        if (to.Vip6 is { } vip6)
        {
            items.Add(ScalarNode.Of(vip6.ToPlainString()));
        }
        return items.Count switch
        {
            0 => ScalarNode.Of(to.IsTarget ? CheckWords.Target : CheckWords.Vip),
            1 => items[0],
            _ => new ListNode(items, line: 0),
        };
    }

    private static DocumentNode? Of(CheckCommand? command)
    {
        if (command is null)
        {
            return null;
        }
        var words = new List<DocumentNode>(command.Words.Length);
        foreach (string word in command.Words)
        {
            words.Add(ScalarNode.Of(word));
        }
        return new ListNode(words, line: 0);
    }

    private static ScalarNode? Text(string? text) => text is null ? null : ScalarNode.Of(text);
}

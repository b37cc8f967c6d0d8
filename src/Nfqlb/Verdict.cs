namespace Nfqlb;

/// <summary>What shall become of a packet: dropped, or accepted with a mark that routing follows.</summary>
public readonly record struct Verdict
{
    private Verdict(bool isAccept, FirewallMark mark)
    {
        IsAccept = isAccept;
        Mark = mark;
    }

    /// <summary>The packet ends here.</summary>
    public static Verdict Drop => default;

    /// <summary>True when the packet goes on, carrying <see cref="Mark"/>.</summary>
    public bool IsAccept { get; }

    /// <summary>The mark the packet carries on. Valid only when <see cref="IsAccept"/>.</summary>
    public FirewallMark Mark { get; }

    /// <summary>The packet goes on with this mark.</summary>
    public static Verdict Accept(FirewallMark mark) => new(true, mark);

    /// <summary>Accept with the mark, or drop where there is none: the meaning of every "-1 = drop" option.</summary>
    public static Verdict AcceptOrDrop(FirewallMark? mark) => mark is { } value ? Accept(value) : Drop;
}

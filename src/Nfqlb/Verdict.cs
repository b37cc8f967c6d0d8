namespace Nfqlb;

/// <summary>What shall become of a packet: dropped, or accepted with a mark that routing follows.</summary>
public readonly record struct Verdict
{
    /// <summary>0 to drop, else the mark and 1: one word, so that a verdict stays in a register.</summary>
    private readonly long _code;

    private Verdict(long code) => _code = code;

    /// <summary>The packet ends here.</summary>
    public static Verdict Drop => default;

    /// <summary>True when the packet goes on, carrying <see cref="Mark"/>.</summary>
    public bool IsAccept => _code != 0;

    /// <summary>The mark the packet carries on. Valid only when <see cref="IsAccept"/>.</summary>
    public FirewallMark Mark => new((int)(_code - 1));

    /// <summary>The packet goes on with this mark.</summary>
    public static Verdict Accept(FirewallMark mark) => new(mark.Value + 1L);

    /// <summary>Accept with the mark, or drop where there is none: the meaning of every "-1 = drop" option.</summary>
    public static Verdict AcceptOrDrop(FirewallMark? mark) => mark is { } value ? Accept(value) : Drop;
}
